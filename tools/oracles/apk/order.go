// Reads "A B" a line and answers with what two implementations of apk's order say, separated by "|". Each answer is as
// linesFrom in ../oracle-file.mjs has it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	chainguard "github.com/chainguard-dev/go-apk/pkg/apk"
	knqyf "github.com/knqyf263/go-apk-version"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		a, b, _ := strings.Cut(lines.Text(), " ")
		fmt.Println(byKnqyf(a, b) + "|" + byChainguard(a, b))
	}
}

func byKnqyf(a, b string) string {
	v, errA := knqyf.NewVersion(a)
	w, errB := knqyf.NewVersion(b)
	if refused := refusal(a, errA, b, errB); refused != "" {
		return refused
	}
	return sign(v.Compare(w))
}

func byChainguard(a, b string) string {
	v, errA := chainguard.ParseVersion(a)
	w, errB := chainguard.ParseVersion(b)
	if refused := refusal(a, errA, b, errB); refused != "" {
		return refused
	}
	return sign(chainguard.CompareVersions(v, w))
}

func refusal(a string, errA error, b string, errB error) string {
	refused := ""
	if errA != nil {
		refused += " " + a
	}
	if errB != nil {
		refused += " " + b
	}
	if refused == "" {
		return ""
	}
	return "!" + refused
}

func sign(order int) string {
	return []string{"<", "=", ">"}[order+1]
}
