-- Reads "A B" a line and answers as linesFrom in ../oracle-file.mjs expects, with the Cabal library that comes with ghc.
module Main (main) where

import Data.Maybe (isNothing)
import Distribution.Parsec (simpleParsec)
import Distribution.Version (Version)

main :: IO ()
main = interact (unlines . map (answer . words) . lines)

answer :: [String] -> String
answer pair = case traverse parse pair of
  Just [a, b] -> case compare a b of LT -> "<"; EQ -> "="; GT -> ">"
  _ -> unwords ("!" : filter (isNothing . parse) pair)

-- Cabal still reads what old packages have behind a hyphen, and forgets it with a warning. Hackage takes no such versions.
parse :: String -> Maybe Version
parse text = if '-' `elem` text then Nothing else simpleParsec text
