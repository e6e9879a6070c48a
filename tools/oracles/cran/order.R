# Reads "A B" a line and answers as linesFrom in ../oracle-file.mjs expects. numeric_version() says what a version is (and
# makes "not available" of numbers that do not fit 32 bits), compareVersion() which of two is later.
isVersion <- function(text) {
  parsed <- suppressWarnings(numeric_version(text, strict = FALSE))
  !is.na(parsed) && !anyNA(unlist(parsed))
}
input <- file("stdin")
for (line in readLines(input)) {
  pair <- strsplit(line, " ")[[1]]
  refused <- pair[!vapply(pair, isVersion, TRUE)]
  if (length(refused) > 0) {
    cat(paste(c("!", refused), collapse = " "), "\n", sep = "")
  } else {
    cat(c("<", "=", ">")[compareVersion(pair[1], pair[2]) + 2], "\n", sep = "")
  }
}
close(input)
