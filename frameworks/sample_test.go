package frameworks

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// sample is a small framework that uses every field; each test changes one
// thing.
func sample() Framework {
	return Framework{
		Code: "trust-values", Version: 3, Title: "Our values",
		Description: "What we look for.", Source: "Staff and patients, 2024",
		Scale: Scale{Min: 1, Max: 7, Step: 1, Labels: Anchors{{1, "serious concern"}, {7, "exceptional"}}},
		Dimensions: []Dimension{
			{
				Code: "safety", Kind: Value, Title: "Safety", Description: "First of all.", Weight: Fixed(25),
				Constitution: []string{"quality-of-care", "working-together"},
				Criteria: []Criterion{
					{
						Code: "safety.speaks-up", Statement: "Speaks up early",
						Anchors:  Anchors{{1, "Looks on"}, {4, "Says so"}, {7, "Mends the system"}},
						Positive: []string{"States the risk", "Names a limit"},
						Negative: []string{"Relies on luck", "Blames others"},
					},
					{Code: "safety.owns-errors", Statement: "Owns errors", Anchors: Anchors{{1, "Hides"}, {4, "Tells"}, {7, "Checks"}}},
				},
			},
			{
				Code: "kindness", Kind: Value, Title: "Kindness", Weight: Weight{Low: 20, High: 30},
				Criteria: []Criterion{
					{Code: "kindness.dignity", Statement: "Protects dignity", Anchors: Anchors{{1, "Exposes"}, {4, "Covers"}, {7, "Adapts"}}},
				},
			},
			{
				Code: "service", Kind: Competency, Title: "Leading a service", Weight: Fixed(10),
				Criteria: []Criterion{
					{Code: "service.leads", Statement: "Leads", Anchors: Anchors{{1, "Drifts"}, {4, "Plans"}, {7, "Hands over"}}},
				},
			},
		},
	}
}

// drawFramework generates any framework that Validate accepts.
func drawFramework(t *rapid.T) Framework {
	scale := rapid.SampledFrom([]Scale{
		{Min: 1, Max: 7, Step: 1}, {Min: 0, Max: 10, Step: 0.5}, {Min: -3, Max: 3, Step: 1},
		{Min: 0, Max: 1, Step: 0.1}, {Min: 0, Max: 100}, {Min: -0.25, Max: 1e6},
	}).Draw(t, "scale")
	scale.Labels = drawAnchors(t, scale)
	f := Framework{
		Code:        drawCode(t, 0),
		Version:     rapid.IntRange(1, 1<<40).Draw(t, "version"),
		Title:       drawText(t, maxTitle),
		Description: drawOptional(t, maxDescription),
		Source:      drawOptional(t, maxText),
		Scale:       scale,
	}
	for d := range rapid.IntRange(1, 4).Draw(t, "dimensions") {
		dimension := Dimension{
			Code:         drawCode(t, d),
			Kind:         rapid.SampledFrom([]Kind{Value, Competency}).Draw(t, "kind"),
			Title:        drawText(t, maxTitle),
			Description:  drawOptional(t, maxDescription),
			Weight:       drawWeight(t),
			Constitution: drawConstitution(t),
		}
		for c := range rapid.IntRange(1, 3).Draw(t, "criteria") {
			dimension.Criteria = append(dimension.Criteria, Criterion{
				Code:      drawCode(t, 10*d+c),
				Statement: drawText(t, maxStatement),
				Anchors:   drawAnchors(t, scale),
				Positive:  drawTexts(t),
				Negative:  drawTexts(t),
			})
		}
		f.Dimensions = append(f.Dimensions, dimension)
	}
	return f
}

// drawCode appends a number, so that codes with different numbers differ.
func drawCode(t *rapid.T, number int) string {
	return rapid.StringMatching(`[a-z0-9]{1,9}([.-][a-z0-9]{1,9}){0,2}|null|yes|1e3|0x1f`).Draw(t, "code") + fmt.Sprintf("-%d", number)
}

func drawWeight(t *rapid.T) Weight {
	low := rapid.Float64Range(minWeight, maxWeight/2).Draw(t, "low")
	if rapid.Bool().Draw(t, "fixed") {
		return Fixed(low)
	}
	return Weight{Low: low, High: low + rapid.Float64Range(0, maxWeight/2).Draw(t, "more")}
}

func drawConstitution(t *rapid.T) []string {
	var codes []string
	for _, value := range ConstitutionValues() {
		if rapid.Bool().Draw(t, value.Code) {
			codes = append(codes, value.Code)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	return rapid.Permutation(codes).Draw(t, "constitution")
}

func drawAnchors(t *rapid.T, scale Scale) Anchors {
	score := rapid.Float64Range(scale.Min, scale.Max)
	if scale.Step > 0 {
		score = rapid.SampledFrom(scale.Marks())
	}
	var anchors Anchors
	for range rapid.IntRange(0, 4).Draw(t, "anchors") {
		s := positiveZero(score.Draw(t, "score"))
		if !strings.Contains(fmt.Sprint(nearbyScores(anchors, s)), "true") {
			anchors = append(anchors, Anchor{Score: s, Text: drawText(t, maxTitle)})
		}
	}
	return anchors.sorted()
}

// nearbyScores says of each anchor whether it is too close to a score for both.
func nearbyScores(anchors Anchors, score float64) []bool {
	var near []bool
	for _, a := range anchors {
		near = append(near, a.Score-score <= 2*tolerance && score-a.Score <= 2*tolerance)
	}
	return near
}

func drawTexts(t *rapid.T) []string {
	var texts []string
	for range rapid.IntRange(0, 3).Draw(t, "texts") {
		text := drawText(t, maxText)
		if !strings.Contains(strings.Join(texts, "\x00")+"\x00", text+"\x00") {
			texts = append(texts, text)
		}
	}
	return texts
}

func drawOptional(t *rapid.T, longest int) string {
	if rapid.Bool().Draw(t, "absent") {
		return ""
	}
	return drawText(t, longest)
}

// Texts that YAML readers and writers are known to get wrong.
var nastyTexts = []string{
	"a: b", "a #b", "# a", "- a", "? a", "a:", ": a", "'a'", `"a"`, `a "b" c`, `C:\new`, "{a}", "[a", "a, b", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a",
	"yes", "No", "on", "y", "true", "null", "~", "1e3", "0x10", "010", "1_000", ".inf", ".nan", "-0", "2026-01-01", "12:30:45", "<<", "=",
	" a", "a ", "\ta", "a\t", "a\nb", "a\n", "a\n\n", "\na", "a\n\nb", " a\nb", "a \nb", "a\n b", "a\r\nb", "a\rb", "---", "...", "a\n---\nb", "a\n# b", "a\n- b: c\n",
	"é", "naïve – “quoted”", "日本語", "😀", "e\u0301", "a\u00a0b", "\u00a0", "a\u0085b", "a\u2028b", "a\u2029b", "\ufeffa", "a\ufeff", "\ufffe", "\uffff", "\ufffd",
	"\x01", "a\x07b", "\x1b[31m", "a\x7fb", "a\u0080b", "\u200b", "\u202eab", "<b>&amp;</b>", "</script>",
}

func drawText(t *rapid.T, longest int) string {
	nasty := rapid.SampledFrom(nastyTexts)
	runes := rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune(strings.Join(nastyTexts, ""))), rapid.RuneFrom([]rune("ab \n")))
	text := rapid.OneOf(nasty, rapid.StringOfN(runes, 1, 40, -1), rapid.Custom(func(t *rapid.T) string {
		return nasty.Draw(t, "first") + rapid.SampledFrom([]string{" ", "\n", ""}).Draw(t, "between") + nasty.Draw(t, "second")
	}))
	return text.Filter(func(s string) bool { return textProblem(s, longest) == "" }).Draw(t, "text")
}
