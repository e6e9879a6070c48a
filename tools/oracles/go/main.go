// Answers each line "A B" of standard input as linesFrom in ../oracle-file.mjs expects. The two are of one kind: both
// versions of modules, with or without "v", or both of toolchains, with "go".
package main

import (
	"bufio"
	"fmt"
	"go/version"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func isToolchain(text string) bool {
	return strings.HasPrefix(text, "go")
}

func moduleVersion(text string) string {
	return "v" + strings.TrimPrefix(text, "v")
}

func isVersion(text string) bool {
	if isToolchain(text) {
		return version.IsValid(text)
	}
	// go.mod writes toolchain versions without "go".
	return semver.IsValid(moduleVersion(text)) || version.IsValid("go"+text) && !strings.Contains(text, "-")
}

func answer(a, b string) string {
	refused := ""
	for _, text := range []string{a, b} {
		if !isVersion(text) {
			refused += " " + text
		}
	}
	if refused != "" {
		return "!" + refused
	}
	order := 0
	if isToolchain(a) && isToolchain(b) {
		order = version.Compare(a, b)
	} else if a != b {
		order = semver.Compare(moduleVersion(a), moduleVersion(b))
	}
	return []string{"<", "=", ">"}[order+1]
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		a, b, _ := strings.Cut(lines.Text(), " ")
		fmt.Println(answer(a, b))
	}
}
