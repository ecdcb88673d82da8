package round

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A spreadsheet takes text that begins like a formula for one, and could run
// what a stranger wrote in a note. So free text is written with an apostrophe
// before it if it begins, after any apostrophes, with one of these characters;
// reading takes one apostrophe away again under the same condition, so that
// every text comes back to the letter.
const formulaStarts = "=+-@\t\r"

// Protect makes text safe to write into a CSV file; reading undoes it.
func Protect(text string) string {
	if needsProtection(text) {
		return "'" + text
	}
	return text
}

// unprotect leaves alone what people write by hand, such as "- asked the nurse".
func unprotect(text string) string {
	if strings.HasPrefix(text, "'") && needsProtection(text) {
		return text[1:]
	}
	return text
}

func needsProtection(text string) bool {
	rest := strings.TrimLeft(text, "'")
	return rest != "" && strings.IndexByte(formulaStarts, rest[0]) >= 0
}

// shown quotes a piece of the input for a message, short and printable.
func shown(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return strconv.QuoteToGraphic(text)
}
