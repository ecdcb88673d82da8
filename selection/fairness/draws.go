package fairness

import (
	"context"
	"math"

	"appointable/internal/fault"
)

// Draws are joint posterior draws of what candidates were worth, in marks,
// in each dimension × exercise: the same comparison as Gaps makes on raw
// marks, on marks freed of how strict each rater was.
//
// They must be draws, never posterior means, which are drawn towards the
// middle. Draws of a model that does not know the groups are drawn towards
// each other too, the more the less was observed (Mislevy 1991,
// Psychometrika 56, 177–196): then the gap is a lower bound, to be read
// beside the raw one.
type Draws struct {
	Campaigns, Exercises, Dimensions int

	Campaign []int32 // by candidate
	Group    []Side  // by candidate

	// By draw, at least 2: the value at (candidate·Dimensions +
	// dimension)·Exercises + exercise, NaN where the candidate was not
	// seen.
	Values [][]float64
}

func (d *Draws) validate() error {
	var wrong fault.List
	if len(d.Group) != len(d.Campaign) {
		wrong.Add("group", "There are %d entries where %d are needed.", len(d.Group), len(d.Campaign))
	}
	within(&wrong, "campaign", d.Campaign, d.Campaigns)
	if len(d.Values) < 2 {
		wrong.Add("values", "Two draws or more are needed: one says nothing of how sure it is.")
	}
	for i, v := range d.Values {
		if want := len(d.Campaign) * d.Dimensions * d.Exercises; len(v) != want {
			wrong.Add("values", "Draw %d has %d values where %d are needed.", i, len(v), want)
		}
	}
	return wrong.Err("The draws cannot be compared as they were given.")
}

// GapsOfDraws compares the groups in each dimension × exercise on posterior
// draws, each taken as a set of plausible values, and combined by Rubin's rules
// with the degrees of freedom of Barnard and Rubin (1999, Biometrika 86,
// 948–955): the interval carries both who happened to apply and what the marks
// leave unknown. Minimum numbers as of Gaps. Errors: fault.Invalid, and the
// context's.
func GapsOfDraws(ctx context.Context, d *Draws) (GapFamily, error) {
	if err := d.validate(); err != nil {
		return GapFamily{}, err
	}
	who := (&Scores{Campaign: d.Campaign, Group: d.Group}).compared()
	gaps := []ScoreGap{}
	for place := range d.Dimensions * d.Exercises {
		var draws []difference
		for _, values := range d.Values {
			if err := ctx.Err(); err != nil {
				return GapFamily{}, err
			}
			var list []point
			for _, i := range who {
				if y := values[int(i)*d.Dimensions*d.Exercises+place]; !math.IsNaN(y) {
					list = append(list, point{d.Campaign[i], d.Group[i], y})
				}
			}
			draws = append(draws, differenceOf(list))
		}
		if draws[0].Compared == (Compared{}) {
			continue
		}
		g := gapOfDraws(draws)
		g.Dimension, g.Exercise, g.Rater = place/d.Exercises, place%d.Exercises, All
		gaps = append(gaps, g)
	}
	return judgeGaps("dimension × exercise, adjusted", gaps), nil
}

func gapOfDraws(draws []difference) ScoreGap {
	first := draws[0]
	out := ScoreGap{Marks: math.NaN(), T: math.NaN(), Degrees: first.degrees}
	if first.few() {
		out.Effect = untold(first.Compared, tooFewOfGap())
		return out
	}
	n := float64(len(draws))
	var g, marks, inside average
	for _, d := range draws {
		if !(d.sd > 0) {
			out.Effect = untold(first.Compared, "Nothing to tell: in a draw all candidates of a group were alike.")
			return out
		}
		e := hedgesJ(d.degrees) * d.delta / d.sd
		g.add(e)
		marks.add(d.delta)
		inside.add(1/d.size + e*e/(2*d.degrees))
	}
	between := 0.
	for _, d := range draws {
		e := hedgesJ(d.degrees)*d.delta/d.sd - g.mean()
		between += e * e / (n - 1)
	}
	extra := (1 + 1/n) * between
	total := inside.mean() + extra
	out.Degrees = barnardRubin(n, extra/total, first.degrees)
	t, se := studentT(out.Degrees), math.Sqrt(total)
	out.Marks, out.T = marks.mean(), g.mean()/se
	half := t.Quantile(.975) * se
	out.Effect = Effect{Interval{g.mean(), g.mean() - half, g.mean() + half}, 2 * t.Survival(math.Abs(out.T)), first.Compared, ""}
	return out
}

// barnardRubin is the degrees of freedom where a share λ of the variance comes
// from what the n draws do not know, and ν would do were it known.
func barnardRubin(n, lambda, nu float64) float64 {
	known := (nu + 1) / (nu + 3) * nu * (1 - lambda)
	if lambda == 0 {
		return known
	}
	return 1 / (lambda*lambda/(n-1) + 1/known)
}
