package strictyaml

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Only decimal notation: YAML would read 010 as eight, 1_0 as ten and 0x10 as
// sixteen, which nobody means in a framework.
var (
	decimalNumber = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	wholeNumber   = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`)
)

// Number reads a finite decimal number such as 4, -0.5 or 1e3. The error is one
// plain sentence without a place.
func Number(text string) (float64, error) {
	if !decimalNumber.MatchString(text) {
		return 0, fmt.Errorf("expected a number such as 4 or 4.5, found “%s”", shown(text))
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(number, 0) {
		return 0, fmt.Errorf("the number %s is too large", shown(text))
	}
	if number == 0 {
		return 0, nil // -0 is written as 0 and must be read as 0
	}
	return number, nil
}
