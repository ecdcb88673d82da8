package handlers

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/ranking"
)

// shownRanking is a ranking page made by hand, without a database: a test
// changes one thing and shows it.
type shownRanking struct {
	t        *testing.T
	campaign store.Campaign
	ranking  selection.Ranking
	large    bool // beyond what a panel reads: its page may be heavy
}

func sampleRanking(t *testing.T, candidates int) shownRanking {
	document := sampleCampaign()
	document.Gates = selection.Gates{Composite: float(4)}
	s := shownRanking{t: t, campaign: store.Campaign{Document: document, Framework: store.Framework{Document: sampleFramework()}}}
	s.ranking = selection.Ranking{
		Campaign: document.Code, Engine: "test-1", Seed: 1, Draws: 10_000, Inputs: strings.Repeat("ab", 32), Rule: selection.PanelMean,
		Fit:   &selection.FitRecord{N: 12 * candidates, Criterion: float(321.5), Method: "map", Converged: true},
		Prior: &selection.PriorUse{Source: "default", Weight: 0.625, Words: "The documented default prior was used."},
	}
	for i := range candidates {
		s.ranking.Candidates = append(s.ranking.Candidates, samplePlace(i, candidates))
		if i%2 == 0 {
			s.ranking.Groups = append(s.ranking.Groups, nil)
		}
		last := &s.ranking.Groups[i/2]
		*last = append(*last, s.ranking.Candidates[i].Candidate)
	}
	return s
}

// samplePlace is that of candidate i of n: rank i+1 in both orders, one tenth
// of a mark below the one before.
func samplePlace(i, n int) selection.Place {
	rank, adjusted, mean := i+1, i+1, 6-float64(i)*4/float64(n)
	p := selection.Place{
		Candidate: fmt.Sprintf("C%d", rank), Rank: &rank, Gate: ranking.Met, PanelMean: float(mean + .1), ValuesMean: float(mean + .2), MarksMean: float(mean + .1),
		Adjusted: &selection.AdjustedPlace{
			Rank: &adjusted, Mean: mean, SD: .3, Low: mean - .5, High: mean + .5, PAppointable: float(0.9), PInPosts: float(0.4),
			RankLow: max(rank-1, 1), RankHigh: min(rank+1, n),
		},
		Baseline: float(4.5), Contributions: []selection.Contribution{
			{Exercise: "interview", Dimension: "safety", Points: mean - 4.5 - .25}, {Exercise: "interview", Dimension: "kindness", Points: .375},
			{Instrument: "SJT-C", Scale: "total", Points: -.125},
		},
		Trace: []selection.DimensionTrace{{Dimension: "safety"}},
	}
	if n <= 200 {
		p.Adjusted.PRank = sampleChances(i, n)
	}
	for _, code := range []string{"safety", "kindness"} {
		p.Dimensions = append(p.Dimensions, selection.DimensionPlace{Code: code, Weight: .5, PanelMean: float(mean + .1), Marks: float(mean), Mean: float(mean), SD: float(.4)})
	}
	return p
}

// sampleChances lie around the candidate's own rank and add up to 1.
func sampleChances(i, n int) []float64 {
	chances, sum := make([]float64, n), 0.0
	for k := range chances {
		chances[k] = math.Exp(-float64((k - i) * (k - i)))
		sum += chances[k]
	}
	for k := range chances {
		chances[k] /= sum
	}
	return chances
}

func float(x float64) *float64 { return &x }

// show renders the page from the candidate of index first on, and holds it to
// what every page promises.
func (s shownRanking) show(first int) document {
	s.t.Helper()
	p := &pages{london: time.UTC}
	shown := p.rankingPage(&call{trust: store.Trust{Slug: "northgate", Name: "Northgate"}}, s.campaign, s.ranking, first)
	shown.At = p.moment(&time.Time{})
	d := render(s.t, shown)
	if !s.large {
		d.checkWeight("ranking")
	}
	return d
}

func render(t *testing.T, shown page) document {
	t.Helper()
	read, err := readTemplate(shown.template())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := read.ExecuteTemplate(&b, "layout", shown); err != nil {
		t.Fatal(err)
	}
	d := document{answer: answer{t: t, body: b.Bytes()}}
	if d.root, err = html.Parse(&b); err != nil {
		t.Fatal(err)
	}
	d.checkMarkup(shown.template())
	return d
}
