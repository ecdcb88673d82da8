package handlers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

func nhs() *suppression.Policy {
	policy := suppression.NHS()
	return &policy
}

// TestTheAnswerIsThatOfTheVerdicts reads the sentences back.
func TestTheAnswerIsThatOfTheVerdicts(t *testing.T) {
	a := sampleAudit(t, 40, nhs())
	d := render(t, sampleFairnessPage(a))
	contains(t, d.main(), "Found: 1 gap at a stage and gaps in the marks by 1 characteristic. Of 24 comparisons")
	text := d.section("The answer")
	for _, c := range wholeContrasts(contrastsOf(a.Report)) {
		if c.finding() == fairness.GapFound {
			contains(t, text, c.title()+" : "+c.words(a.Campaigns))
		}
	}
	contains(t, text, "Ethnicity, shortlisted : 215 of 720 BME and 515 of 800 white who applied were shortlisted: ratio 0.46 (95% interval 0.41 to 0.52). A gap: BME passed less often than chance explains.")
	contains(t, text, "a smaller one could have been missed")
	contains(t, text, "A gap says that something happened, not why.")
	before, after, found := strings.Cut(text, "What could not be told")
	if !found || strings.Contains(after, "A gap: ") || strings.Contains(before, "Inconclusive at") {
		t.Error("the gaps do not come first")
	}
}

func TestVerdictsMakeTheHeadline(t *testing.T) {
	a := sampleAudit(t, 1, nhs())
	a.Gaps = nil
	contains(t, render(t, sampleFairnessPage(a)).main(), "Nothing could be told: the numbers are too small")
	a = sampleAudit(t, 40, nhs())
	a.Gaps = nil
	for i := range a.Ratios {
		a.Ratios[i].Verdict = fairness.NoMaterialGap
	}
	for i := range a.Pooled {
		a.Pooled[i].Verdict = fairness.NoMaterialGap
	}
	d := render(t, sampleFairnessPage(a))
	contains(t, d.main(), "No gap was found.")
	equal(t, strings.Contains(d.section("The answer"), "What was found"), false)
	a.Ratios, a.Pooled = nil, nil
	contains(t, render(t, sampleFairnessPage(a)).main(), "There is nothing to compare")
}

func TestGapsInTheMarksAreInTheAnswer(t *testing.T) {
	a := sampleAudit(t, 1, nhs())
	text := render(t, sampleFairnessPage(a)).section("The answer")
	contains(t, text, "Ethnicity: BME compared with white, in the marks")
	contains(t, text, "A gap in 5 dimensions, or dimensions in an exercise.")
	contains(t, text, "Sex : In the marks.")
	interview := &a.Gaps[0].Scores[1]
	interview.G, interview.Low, interview.High, interview.Verdict = float(-.5), float(-.8), float(-.2), fairness.GapFound
	a.Gaps[1].Suppressed = false
	text = render(t, sampleFairnessPage(a)).section("The answer")
	contains(t, text, "Interview: marked lower by 0.50 of a standard deviation (g −0.50, 95% interval −0.80 to −0.20).")
	contains(t, text, "Sex : In the marks: too few to tell.")
	a.Gaps[1].Scores = []selection.ScoreGap{{G: float(.1), Low: float(-.1), High: float(.3), Verdict: fairness.Inconclusive}}
	contains(t, render(t, sampleFairnessPage(a)).section("The answer"), "Sex : In the marks: no gap was found")
	a.Intersections = []selection.IntersectionGap{{Characteristics: [2]string{"sex", "ethnicity"}, Groups: [2]string{"female", "BME"}, Stage: fairness.Shortlisted, Verdict: fairness.GapFound, Words: "They fare worse."}}
	d := render(t, sampleFairnessPage(a))
	contains(t, d.section("The answer"), "Sex female and Ethnicity BME, shortlisted : They fare worse.")
	contains(t, d.section("Where characteristics meet"), "Of 1 meeting of two groups at a stage: 1 gap, 0 without")
}

// TestNothingWithheldIsSaid looks for the figures of rows that are not shown.
func TestNothingWithheldIsSaid(t *testing.T) {
	a := sampleAudit(t, 3, nhs())
	for i := range a.Ratios {
		if r := &a.Ratios[i]; r.Suppressed {
			r.X1, r.N1, r.X0, r.N0, r.Ratio, r.Low, r.High, r.Fisher = countOf(987), countOf(987), countOf(987), countOf(987), float(9.87), float(9.87), float(9.87), float(.987)
		}
	}
	for i := range a.Pooled {
		if p := &a.Pooled[i]; p.Suppressed {
			p.Ratio, p.Low, p.High, p.P, p.Verdict = float(9.87), float(9.87), float(9.87), float(.987), fairness.GapFound
		}
	}
	for _, shown := range []page{sampleFairnessPage(a), sampleGroupsPage(a, "sex"), sampleGroupsPage(a, "religion")} {
		if text := render(t, shown).main(); strings.Contains(text, "9.87") || strings.Contains(text, "0.987") {
			t.Errorf("%s shows what is withheld: %s", shown.template(), text)
		}
	}
}

func countOf(n int) *int { return &n }

// TestPicturesHaveTheirTables reads every figure of a picture in the table
// beneath it.
func TestPicturesHaveTheirTables(t *testing.T) {
	a := sampleAudit(t, 40, nhs())
	d := render(t, sampleFairnessPage(a))
	v := overviewOf(wholeContrasts(contrastsOf(a.Report)), gapped(contrastsOf(a.Report)), func(string) string { return "" })
	rows := d.rows("Every characteristic at every stage")
	equal(t, len(rows), 4)
	for _, picture := range v.Pictures {
		at := slices.IndexFunc(rows, func(row []string) bool { return row[0] == picture.Plot.Title })
		for i, row := range picture.Plot.Rows {
			equal(t, rows[at][i+1], strings.Replace(row.Figures, ", ", " ", 1)+" "+row.Verdict)
		}
	}
	equal(t, v.Pictures[0].Plot.Title, "Ethnicity: BME compared with white") // the gap first
	for _, svg := range d.all("svg") {
		if role, _ := attribute(svg, "role"); role == "img" {
			in := document{answer: d.answer, root: svg}
			equal(t, len(in.all("title")) == 1 && len(in.all("desc")) == 1, true)
		}
	}
}

func TestCompetingStagesDescribe(t *testing.T) {
	a := sampleAudit(t, 40, nil)
	d := render(t, sampleFairnessPage(a))
	for _, row := range render(t, sampleGroupsPage(a, "ethnicity")).rows("Ethnicity: BME") {
		equal(t, strings.Contains(strings.Join(row, " "), "descriptive"), row[0] == "Offered a post" || row[0] == "Appointed")
	}
	for i, cell := range d.rows("Every characteristic at every stage")[1][1:] {
		equal(t, strings.Contains(cell, "within campaigns"), i == 3 || i == 5)
	}
	text := d.section("Contribution to the NHS indicators")
	contains(t, text, "WRES 2 Appointed")
	contains(t, text, "white appointed/shortlisted ÷ BME appointed/shortlisted; above 1 means white candidates did better.")
	contains(t, text, "below 1 means that white candidates did better")
	contains(t, text, "WDES 2")
	contains(t, text, "MWRES Shortlisted")
	equal(t, strings.Count(text, "Descriptive"), 4)
	contains(t, d.section("How it was made"), "True counts, however small. Do not pass this on.")
}

func TestTheFunnelHidesWhatIsHidden(t *testing.T) {
	a := sampleAudit(t, 8, nhs())
	d := render(t, sampleGroupsPage(a, "ethnicity"))
	v := funnelOf(a.Report, "ethnicity")
	hidden, focal := 0, fairness.Ratio{}
	for _, bar := range v.Bars {
		if bar.Hidden {
			hidden++
			contains(t, bar.Words, "*")
			equal(t, bar.Width, "")
		}
	}
	for _, r := range a.Ratios[:len(a.Pooled)] {
		if r.Characteristic == "ethnicity" && r.Stage == fairness.Shortlisted {
			focal = r
		}
	}
	equal(t, hidden > 0, true)
	equal(t, strings.Count(string(d.body), `class="hatched"`), hidden)
	rows := d.rows("Ethnicity: how many passed")
	equal(t, rows[0][2], fmt.Sprintf("%d of %d", *focal.X1, *focal.N1))
	contains(t, fmt.Sprint(rows[1:]), "* of *")
	share := float64(*focal.X1) / float64(*focal.N1)
	equal(t, v.Bars[1].Width, perCent(share*funnelWide))
	contains(t, v.Bars[1].Words, wholePercent(share))
	equal(t, funnelOf(a.Report, "height") == nil, true)
}

func TestAFunnelNeverRunsOver(t *testing.T) {
	g := funnelGroup{name: "white", counts: map[fairness.Stage]funnelCount{
		fairness.Shortlisted: {countOf(10), countOf(10)}, fairness.Interviewed: {countOf(15), countOf(15)}, fairness.Offered: {countOf(0), countOf(0)}, fairness.Accepted: {},
	}}
	equal(t, g.bar(fairness.Shortlisted, fairness.Interviewed, 0).Width, "96.00%")
	equal(t, g.bar(fairness.Offered, fairness.Offered, 0).Words, "White: nobody")
	equal(t, g.bar(fairness.Shortlisted, fairness.Accepted, 0).Hidden, true)
}

func TestShadesFollowThePrintedGap(t *testing.T) {
	for g, want := range map[float64]string{
		0: "zero", .19: "zero", -.194: "zero", .195: "p1", -.2: "n1", .494: "p1", .5: "p2", -.795: "n3", -.79: "n2", .8: "p3", -3: "n3",
	} {
		equal(t, gapShade(g), want)
	}
	equal(t, gapCellOf(&selection.ScoreGap{}), gapCell{Figure: "too few", Shade: "few"})
	equal(t, gapCellOf(nil), gapCell{})
	equal(t, gapCellOf(&selection.ScoreGap{G: float(-.4), Low: float(-.6), High: float(-.2)}), gapCell{"−0.40", "−0.60 to −0.20", "n1"})
}

func TestTheGapMapIsInOrder(t *testing.T) {
	a := sampleAudit(t, 1, nhs())
	d := render(t, sampleFairnessPage(a))
	rows := d.rows("Gap in marks by value and exercise")
	equal(t, len(rows), 5)
	equal(t, fmt.Sprint(rows[3]), "[Improving −0.42 −0.70 to −0.14 −0.74 −1.02 to −0.46 too few −0.10 −0.38 to +0.18]")
	equal(t, rows[1][3], "not marked")
	equal(t, rows[4][0], "All together")
	contains(t, d.section("In the marks"), "Other characteristics Sex: female compared with male")
	d = render(t, sampleGroupsPage(a, "ethnicity"))
	lines := d.rows("Gaps in standard deviations")
	equal(t, len(lines), len(a.Gaps[0].Scores))
	equal(t, fmt.Sprint(lines[5]), "[Safety × Interview −0.03 −0.31 to +0.25 −0.03 Inconclusive]")
	contains(t, render(t, sampleGroupsPage(a, "sex")).section("In the marks"), "Sex: female compared with male Not shown")
}

func TestYearsStandInOrder(t *testing.T) {
	a := sampleAudit(t, 1, nhs())
	d := render(t, sampleFairnessPage(a))
	rows := d.rows("Ethnicity, shortlisted: BME compared with white, by year")
	equal(t, fmt.Sprint(rows[0]), "[2022/23 * * Not shown]")
	equal(t, fmt.Sprint(rows[3]), "[2025/26 0.80 0.65 to 1.11 Inconclusive]")
	whole := wholeContrasts(contrastsOf(a.Report))
	views, more := trendsOf(a.Trend[:2], whole)
	equal(t, len(views)+more, 0) // of one year nothing changes
	views, _ = trendsOf(a.Trend, whole)
	plot := views[0].Plot
	equal(t, plot.Rows[0].Bar == nil && plot.Rows[0].X == "", true)
	if place(t, plot.Rows[1].X) >= place(t, plot.Rows[2].X) {
		t.Error("a higher ratio does not lie further right")
	}
}

// TestAuditTextsAreEscaped puts markup into every text that comes from outside.
func TestAuditTextsAreEscaped(t *testing.T) {
	const nasty = `"><script>alert(1)</script><img src=x> '&`
	a := sampleAudit(t, 1, nil)
	campaign := nasty + "campaign"
	a.Engine, a.Remedy, a.Warnings, a.PolicyWords = nasty+"engine", nasty+"remedy", []string{nasty + "warning"}, []string{nasty + "policy"}
	a.Scope = selection.FairnessScope{Campaign: campaign}
	a.Ratios[0].Characteristic, a.Ratios[0].Focal, a.Ratios[0].Reference = nasty+"characteristic", nasty+"focal", nasty+"reference"
	a.Gaps[0].Characteristic, a.Gaps[0].Words = nasty+"marks", []string{nasty + "gap"}
	a.Gaps[0].Scores[1].Exercise = pointed(nasty + "exercise")
	shown := sampleFairnessPage(a)
	shown.Run.By, shown.Run.Reason, shown.Over = nasty+"by", nasty+"reason", nasty+"over"
	d := render(t, shown)
	for _, text := range []string{"engine", "remedy", "warning", "campaign", "characteristic", "focal", "reference", "marks", "gap", "exercise", "by", "reason", "over"} {
		contains(t, d.main(), nasty+text)
	}
	equal(t, len(d.all("img"))+len(d.all("script")), 0)
	groups := sampleGroupsPage(a, nasty+"characteristic")
	groups.Over = nasty
	d = render(t, groups)
	contains(t, d.main(), nasty+"focal")
	equal(t, len(d.all("img"))+len(d.all("script")), 0)
}

func TestTheWordsOfGroups(t *testing.T) {
	for _, c := range [][3]string{
		{"sex", "female", "female"}, {"religion", "hindu + muslim", "Hindu and Muslim"}, {"ethnicity", "N", "Black or Black British: African"},
		{"disability", "non-disabled", "non-disabled"}, {"age", "50-59", "50 to 59"}, {"ethnicity", "not stated", "not stated"}, {"height", "tall", "tall"},
	} {
		equal(t, groupNamed(c[0], c[1]), c[2])
	}
	equal(t, returnYear(2025)+returnYear(1999), "2025/261999/00")
	equal(t, periodWords(&fairness.Period{From: "2025-04-01", To: "2026-03-31"}), "2025/26 (1 April 2025 to 31 March 2026)")
	equal(t, periodWords(&fairness.Period{From: "2025-05-01", To: "2026-03-31"}), "1 May 2025 to 31 March 2026")
}
