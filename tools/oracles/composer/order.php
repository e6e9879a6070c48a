<?php
// Reads "A B" a line and answers as linesFrom in ../oracle-file.mjs expects. A pair that Composer finds neither less nor
// equal nor greater holds a branch: branches have no order, so they are answered as refused.
require '/usr/share/php/Composer/Semver/autoload.php';
use Composer\Semver\Comparator;
use Composer\Semver\VersionParser;

$parser = new VersionParser();
while (($line = fgets(STDIN)) !== false) {
    $normalized = [];
    $refused = [];
    foreach (explode(' ', rtrim($line, "\n")) as $text) {
        try {
            $normalized[] = $version = $parser->normalize($text);
            if (strpos($version, 'dev-') === 0) $refused[] = $text;
        } catch (\UnexpectedValueException $e) {
            $refused[] = $text;
        }
    }
    if ($refused !== []) {
        echo '! ', implode(' ', $refused), "\n";
        continue;
    }
    [$a, $b] = $normalized;
    echo Comparator::lessThan($a, $b) ? '<' : (Comparator::equalTo($a, $b) ? '=' : '>'), "\n";
}
