package selection

import (
	"math"
	"strconv"
)

// NearestFive is a probability in hundredths, to the nearest 5: a finer figure
// would claim more than marks and assumptions bear.
func NearestFive(p float64) int { return int(math.Round(p*20)) * 5 }

// OfHundred is what is printed in a table: "<5", "80", ">95".
func OfHundred(p float64) string {
	switch five := NearestFive(p); {
	case five < 5:
		return "<5"
	case five > 95:
		return ">95"
	default:
		return strconv.Itoa(five)
	}
}

// InHundred is the same in a sentence.
func InHundred(p float64) string {
	switch five := NearestFive(p); {
	case five < 5:
		return "fewer than 5 of 100"
	case five > 95:
		return "more than 95 of 100"
	default:
		return "about " + strconv.Itoa(five) + " of 100"
	}
}

// Certainty is the sentence that says what a probability is, of whoever most
// often has the highest composite, and of the first of the declared order where
// that is somebody else; "" where fewer than two are compared, and where there
// are too few draws to say it of 100.
func (r Ranking) Certainty(posts int) string {
	var code, what string
	best, compared := -1.0, 0
	least, most := math.Inf(1), math.Inf(-1)
	for _, place := range r.Candidates {
		p, means := place.chanceOfFirst(posts)
		if p >= 0 {
			compared++
			least, most = min(least, place.Adjusted.Mean), max(most, place.Adjusted.Mean)
		}
		if p > best {
			code, what, best = place.Candidate, means, p
		}
	}
	if compared < 2 || r.Draws < fewestDraws {
		return ""
	}
	if most-least < 1e-9 { // rounding's, if anything
		return "The adjusted figures of all are equal: these marks do not tell who is first."
	}
	words := "In " + InHundred(best) + " sets of values consistent with these marks and assumptions, " + code + " " + what + ". This is not the chance of being the best doctor."
	if first := r.Candidates[0]; first.Rank != nil && first.Candidate != code {
		if p, _ := first.chanceOfFirst(posts); p >= 0 {
			words += " For " + first.Candidate + ", first in the order above, it is " + InHundred(p) + "."
		}
	}
	return words
}

// chanceOfFirst is the probability of the highest composite; in a round too
// large for a table of ranks, that of being among as many as there are posts.
// It is -1 for somebody without an adjusted place.
func (p Place) chanceOfFirst(posts int) (chance float64, means string) {
	const first = "has the highest composite"
	switch a := p.Adjusted; {
	case a == nil || a.PInPosts == nil:
		return -1, ""
	case len(a.PRank) > 0:
		return a.PRank[0], first
	case posts == 1:
		return *a.PInPosts, first
	default:
		return *a.PInPosts, "is among the first " + strconv.Itoa(posts)
	}
}

// fewestDraws is how many draws a chance needs to be told of 100: by 1,000 one
// half is known to 3% at two standard errors.
const fewestDraws = 1000

// drawsWarning says where the chances come from too few draws; "" where they do
// not. asked is how many were wanted, taken how many the round's size allowed.
func drawsWarning(asked, taken int) string {
	switch {
	case taken >= fewestDraws:
		return ""
	case asked < fewestDraws:
		return "The chances come from only " + count(taken, "draw", "draws") + "; take 1,000 or more."
	}
	return "The chances come from only " + count(taken, "draw", "draws") + ", as many as a round of this size allows."
}
