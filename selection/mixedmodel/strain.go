package mixedmodel

// Strain is how far scores are from the continuous, normally distributed ones
// that the model takes them for.
type Strain struct {
	Categories         int     // different scores
	AtFloor, AtCeiling float64 // share of the scores at the ends of the scale
}

// Bounds of what the model stands (statistics §5).
const (
	strainedCategories = 4
	strainedShare      = .20
)

// Strained looks at scores given on a scale from low to high. There must be a
// score.
func Strained(d Data, low, high float64) Strain {
	values := map[float64]struct{}{}
	floor, ceiling := 0, 0
	for _, y := range d.Score {
		values[y] = struct{}{}
		if y <= low {
			floor++
		}
		if y >= high {
			ceiling++
		}
	}
	n := float64(len(d.Score))
	return Strain{Categories: len(values), AtFloor: float64(floor) / n, AtCeiling: float64(ceiling) / n}
}

// Equal holds where all scores are the same: they say nothing.
func (s Strain) Equal() bool { return s.Categories == 1 }

// Coarse holds where there are few different scores.
func (s Strain) Coarse() bool { return s.Categories <= strainedCategories }

// Piled holds where many scores stand at an end of the scale.
func (s Strain) Piled() bool { return s.AtFloor >= strainedShare || s.AtCeiling >= strainedShare }
