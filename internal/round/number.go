package round

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// plainNumber reads digits with at most a minus sign and a full stop: what a
// comma, an exponent or a separator between thousands means is for their
// writer to say. The error is for the user.
func plainNumber(text string) (float64, error) {
	if !isDecimal(text) {
		return 0, notDecimal(text)
	}
	return finite(text)
}

func isDecimal(text string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return isDigits(whole) && (!point || isDigits(fraction))
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// finite parses what looks like a number.
func finite(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, fmt.Errorf("%s is too large a number", shown(text))
	}
	return x, nil
}

func notDecimal(text string) error {
	whole, fraction, comma := strings.Cut(text, ",")
	switch {
	case comma && isDecimal(whole) && isDigits(fraction) && len(fraction) != 3:
		return fmt.Errorf("%s has a decimal comma; write %s.%s", shown(text), whole, fraction)
	case comma:
		return fmt.Errorf("%s has a comma; write the number with a full stop, and without separators between thousands", shown(text))
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, "0123456789") {
		return fmt.Errorf("%s is not in plain digits; write them out, such as 1000 or 4.5", shown(text))
	}
	return fmt.Errorf("%s is not a number; write it in digits, such as 4 or 4.5", shown(text))
}

func formatNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func formatMark(score float64, observed bool) string {
	if !observed {
		return ""
	}
	return formatNumber(score)
}
