package frameworks

import (
	"math"
	"strconv"
	"strings"

	"appointable/internal/fault"
)

// tolerance is how far a mark may lie from the scale's grid: marks such as 0.3
// and grids such as 1 + 3·0.1 are not exact in binary.
const tolerance = 1e-9

// FormatScore prints a score or another number of a framework the way people
// write it: 4, 4.5, never 4.50 or 4e0.
func FormatScore(score float64) string {
	if score == 0 {
		return "0" // not -0
	}
	return strconv.FormatFloat(score, 'f', -1, 64)
}

// Allows returns nil if a mark may be given on the scale, else a fault.Invalid
// that says why: it is not finite, outside, or off the grid of steps.
func (s Scale) Allows(mark float64) error {
	switch {
	case math.IsNaN(mark) || math.IsInf(mark, 0):
		return fault.New(fault.Invalid, "a score must be a finite number")
	case mark < s.Min || mark > s.Max:
		return fault.New(fault.Invalid, "score %s is outside %s", FormatScore(mark), s.span())
	case s.Step > 0 && !s.onGrid(mark):
		return fault.New(fault.Invalid, "score %s is not on the scale: %s", FormatScore(mark), s.listed())
	}
	return nil
}

func (s Scale) onGrid(mark float64) bool {
	nearest := s.Min + math.Round((mark-s.Min)/s.Step)*s.Step
	return math.Abs(mark-nearest) <= tolerance
}

// Marks lists the marks of a valid scale with steps, in rising order; it is nil
// where any number may be given.
func (s Scale) Marks() []float64 {
	if s.Step == 0 {
		return nil
	}
	count := int(math.Round((s.Max-s.Min)/s.Step)) + 1
	marks := make([]float64, count)
	for i := range marks {
		// Rounded, so that 1 + 3·0.1 is 1.3 and prints as such.
		marks[i] = math.Round((s.Min+float64(i)*s.Step)*1e9) / 1e9
	}
	return marks
}

// span prints the ends of the scale; a dash after a minus sign is hard to read.
func (s Scale) span() string {
	if s.Min < 0 {
		return FormatScore(s.Min) + " to " + FormatScore(s.Max)
	}
	return FormatScore(s.Min) + "–" + FormatScore(s.Max)
}

// listed prints the marks, a long row shortened: 1, 2, … 7.
func (s Scale) listed() string {
	marks := s.Marks()
	texts := make([]string, len(marks))
	for i, mark := range marks {
		texts[i] = FormatScore(mark)
	}
	if len(texts) <= 3 {
		return strings.Join(texts, ", ")
	}
	return texts[0] + ", " + texts[1] + ", … " + texts[len(texts)-1]
}
