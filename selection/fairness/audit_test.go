package fairness_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/selection/fairness"
)

// counted makes the counts of one characteristic and stage in one campaign.
func counted(campaign, characteristic string, stage fairness.Stage, focal, reference string, t fairness.Table) []fairness.Count {
	return []fairness.Count{
		{Campaign: campaign, Characteristic: characteristic, Group: focal, Side: fairness.Focal, Stage: stage, Entered: t.N1, Passed: t.X1},
		{Campaign: campaign, Characteristic: characteristic, Group: reference, Side: fairness.Reference, Stage: stage, Entered: t.N0, Passed: t.X0},
	}
}

// five are the campaigns of the oracle for pooling, as shortlists.
func five(stage fairness.Stage) (counts []fairness.Count) {
	for i, t := range []fairness.Table{{X1: 2, N1: 8, X0: 5, N0: 12}, {X1: 1, N1: 6, X0: 3, N0: 7}, {X1: 3, N1: 10, X0: 9, N0: 20}, {X1: 0, N1: 4, X0: 2, N0: 9}, {X1: 4, N1: 15, X0: 8, N0: 18}} {
		counts = append(counts, counted("C"+string(rune('1'+i)), fairness.Ethnicity, stage, fairness.BME, fairness.White, t)...)
	}
	return counts
}

func audit(t *testing.T, counts []fairness.Count, shown fairness.Shown) fairness.Report {
	t.Helper()
	report, err := fairness.Audit(t.Context(), counts, shown)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestAuditHasARowACampaignAndOnePooled(t *testing.T) {
	report := audit(t, five(fairness.Shortlisted), nil)
	if len(report.Ratios) != 6 || len(report.Pooled) != 1 || report.Campaigns != 5 || !report.Unsuppressed {
		t.Fatalf("%+v", report)
	}
	whole := report.Ratios[0]
	if whole.Campaign != nil || *whole.X1 != 10 || *whole.N1 != 43 || *whole.X0 != 27 || *whole.N0 != 66 || whole.Descriptive {
		t.Errorf("%+v", whole)
	}
	near(t, "crude ratio", *whole.Ratio, 10./43*66/27, 1e-12)
	if got := *report.Ratios[1].Campaign; got != "C1" || *report.Ratios[1].N0 != 12 {
		t.Errorf("campaign %s: %+v", got, report.Ratios[1])
	}
	p := report.Pooled[0]
	near(t, "pooled ratio", *p.Ratio, 0.5566074950690335, 1e-12)
	near(t, "CMH", *p.CMH, 3.774073780225912, 1e-12)
	near(t, "q of one test", *p.Q, 0.052052712144017965, 1e-12)
	if p.Verdict != fairness.Inconclusive || whole.Verdict != fairness.Inconclusive {
		t.Errorf("verdicts %s and %s", p.Verdict, whole.Verdict)
	}
}

// Candidates compete: the crude figures describe, the verdict is the pooled one.
func TestAppointmentsAreJudgedByPoolingOnly(t *testing.T) {
	var counts []fairness.Count
	random := rand.New(rand.NewPCG(7, 8))
	for i, table := range fixedPosts(random, 120, .3) {
		counts = append(counts, counted("C"+string(rune('A'+i/26))+string(rune('A'+i%26)), fairness.Ethnicity, fairness.Offered, fairness.BME, fairness.White, table)...)
	}
	report := audit(t, counts, nil)
	whole, pooled := report.Ratios[0], report.Pooled[0]
	if !whole.Descriptive || pooled.Verdict != fairness.GapFound || whole.Verdict != pooled.Verdict || whole.Q != nil || *whole.Detectable != *pooled.Detectable {
		t.Errorf("%+v and %+v", whole, pooled)
	}
	for _, row := range report.Ratios[1:] {
		if !row.Descriptive || row.Q != nil || row.Verdict != fairness.TooFew && row.Verdict != fairness.Inconclusive {
			t.Errorf("%s: %+v", *row.Campaign, row)
		}
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name  string
		table fairness.Table
		want  fairness.Verdict
		words string
	}{
		{"one post, eight candidates", fairness.Table{X1: 1, N1: 1, X0: 0, N0: 7}, fairness.TooFew, "Too few to tell"},
		{"nobody there", fairness.Table{X0: 3, N0: 7}, fairness.TooFew, "Nobody of the focal group"},
		{"all passed", fairness.Table{X1: 40, N1: 40, X0: 70, N0: 70}, fairness.TooFew, "Too few to tell"},
		{"a gap", fairness.Table{X1: 12, N1: 40, X0: 48, N0: 80}, fairness.GapFound, "BME passed less often than chance explains"},
		{"a gap the other way", fairness.Table{X1: 36, N1: 40, X0: 16, N0: 80}, fairness.GapFound, "BME passed more often than chance explains"},
		{"no reference pass", fairness.Table{X1: 9, N1: 10, X0: 0, N0: 20}, fairness.GapFound, "there is no rate to divide by. A gap: BME passed more often"},
		{"alike", fairness.Table{X1: 500, N1: 1000, X0: 502, N0: 1000}, fairness.NoMaterialGap, "within 0.80 to 1.25"},
		{"in between", fairness.Table{X1: 9, N1: 30, X0: 28, N0: 60}, fairness.Inconclusive, "A gap down to a ratio of 0."},
		{"a gap too small to matter", fairness.Table{X1: 90_000, N1: 100_000, X0: 91_000, N0: 100_000}, fairness.GapFound, "A gap"},
	} {
		row := audit(t, counted("C1", fairness.Ethnicity, fairness.Shortlisted, fairness.BME, fairness.White, c.table), nil).Ratios[0]
		if row.Verdict != c.want || !strings.Contains(row.Words(), c.words) {
			t.Errorf("%s: %s, %s", c.name, row.Verdict, row.Words())
		}
	}
}

// Many tests of nothing find nothing: a p of 0.01 among 25 of chance is none.
func TestAFamilyIsJudgedTogether(t *testing.T) {
	lone := counted("C1", "sex", fairness.Shortlisted, "female", "male", fairness.Table{X1: 6, N1: 30, X0: 28, N0: 60})
	if row := audit(t, lone, nil).Ratios[0]; row.Verdict != fairness.GapFound {
		t.Fatalf("alone it is %s, p = %v", row.Verdict, *row.Fisher)
	}
	among := slices.Clone(lone)
	for i := range 9 {
		among = append(among, counted("C1", "characteristic "+string(rune('A'+i)), fairness.Shortlisted, "one", "other", fairness.Table{X1: 10, N1: 30, X0: 20, N0: 60})...)
	}
	report := audit(t, among, nil)
	for _, row := range report.Ratios {
		if row.Characteristic == "sex" && (row.Verdict != fairness.Inconclusive || *row.Q < .05 || math.Abs(*row.Q-math.Min(1, 10**row.Fisher)) > 1e-12) {
			t.Errorf("%+v", row)
		}
	}
	if f := report.Family[0]; f.Tests != 10 || f.Families != 1 {
		t.Errorf("%+v", f)
	}
}

func TestIndicatorsHaveTheirDirection(t *testing.T) {
	counts := slices.Concat(
		counted("C1", fairness.Ethnicity, fairness.Shortlisted, fairness.BME, fairness.White, fairness.Table{X1: 40, N1: 100, X0: 60, N0: 100}),
		counted("C1", fairness.Ethnicity, fairness.Accepted, fairness.BME, fairness.White, fairness.Table{X1: 10, N1: 12, X0: 30, N0: 31}),
		counted("C1", fairness.Disability, fairness.Shortlisted, "D", "N", fairness.Table{X1: 8, N1: 20, X0: 92, N0: 180}),
		counted("C1", fairness.Disability, fairness.Appointed, "D", "N", fairness.Table{X1: 0, N1: 8, X0: 40, N0: 92}),
		counted("C1", "sex", fairness.Shortlisted, "female", "male", fairness.Table{X1: 40, N1: 100, X0: 60, N0: 100}),
	)
	for i := range counts {
		counts[i].Group = map[string]string{"D": fairness.Disabled, "N": fairness.NonDisabled}[counts[i].Group] + strings.Trim(counts[i].Group, "DN")
	}
	leadership := counted("C2", fairness.Ethnicity, fairness.Shortlisted, fairness.BME, fairness.White, fairness.Table{X1: 1, N1: 10, X0: 5, N0: 10})
	for i := range leadership {
		leadership[i].OtherPost = true
	}
	report := audit(t, append(counts, leadership...), nil)
	got := map[string]string{}
	for _, row := range report.Ratios {
		for _, i := range row.Indicator {
			got[i.Name+" "+string(row.Stage)] = i.Words()
		}
	}
	want := map[string]string{
		"MWRES shortlisted": "MWRES: 1.50 (95 % interval 1.13 to 2.02): white shortlisted/applied ÷ BME shortlisted/applied; above 1 means white candidates did better. The other way round 0.67, where below 1 means the same.",
		"WRES 2 appointed":  "WRES 2: 2.00 (95 % interval 1.15 to 3.70): white appointed/shortlisted ÷ BME appointed/shortlisted; above 1 means white candidates did better. The other way round 0.50, where below 1 means the same.",
		"MWRES appointed":   "MWRES: 2.00 (95 % interval 1.15 to 3.70): white appointed/shortlisted ÷ BME appointed/shortlisted; above 1 means white candidates did better. The other way round 0.50, where below 1 means the same.",
		"WDES 2 appointed":  "WDES 2: no value. Nobody of the focal group passed: there is no rate to divide by. (non-disabled appointed/shortlisted ÷ disabled appointed/shortlisted; above 1 means non-disabled candidates did better)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Not stated and not known are counted and in no ratio; codes of one side are
// added up, and each is compared for itself.
func TestGroupsOfACharacteristic(t *testing.T) {
	of := func(group string, side fairness.Side, entered, passed int) fairness.Count {
		return fairness.Count{Campaign: "C1", Characteristic: fairness.Ethnicity, Group: group, Side: side, Stage: fairness.Shortlisted, Entered: entered, Passed: passed}
	}
	report := audit(t, []fairness.Count{
		of("A", fairness.Reference, 30, 15), of("B", fairness.Reference, 10, 5), of("H", fairness.Focal, 12, 3), of("N", fairness.Focal, 8, 4),
		of("Z", fairness.Apart, 6, 2), of("99", fairness.Apart, 3, 3),
	}, nil)
	var rows []string
	for _, row := range report.Ratios[:len(report.Pooled)] {
		rows = append(rows, row.CountWords())
	}
	want := []string{
		"3 of 12 H and 20 of 40 white who applied were shortlisted: ratio 0.50 (95 % interval 0.17 to 1.18).",
		"4 of 8 N and 20 of 40 white who applied were shortlisted: ratio 1.00 (95 % interval 0.41 to 1.84).",
		"7 of 20 BME and 20 of 40 white who applied were shortlisted: ratio 0.70 (95 % interval 0.34 to 1.29).",
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if len(report.NotCompared) != 2 || *report.NotCompared[0].Entered != 3 || *report.NotCompared[1].Passed != 2 {
		t.Errorf("%+v", report.NotCompared)
	}
}

func TestCheckCountsTellsEveryMistake(t *testing.T) {
	sound := fairness.Count{Campaign: "C1", Characteristic: "sex", Group: "female", Side: fairness.Focal, Stage: fairness.Shortlisted, Entered: 5, Passed: 2}
	with := func(change func(*fairness.Count)) fairness.Count {
		c := sound
		c.Stage = fairness.Interviewed
		change(&c)
		return c
	}
	_, err := fairness.Audit(t.Context(), []fairness.Count{
		sound, sound,
		with(func(c *fairness.Count) { c.Passed = 6 }),
		with(func(c *fairness.Count) { c.Campaign, c.Entered = "", -1 }),
		with(func(c *fairness.Count) { c.Group, c.Side = "male", "maybe" }),
		with(func(c *fairness.Count) { c.Group, c.Stage = "other", "longlisted" }),
		with(func(c *fairness.Count) { c.Campaign, c.Side = "C2", fairness.Reference }),
		with(func(c *fairness.Count) { c.Campaign, c.Decided = "C3", "1 May" }),
		with(func(c *fairness.Count) { c.Stage, c.OtherPost = fairness.Offered, true }),
	}, nil)
	var told []string
	for _, f := range fault.FieldsOf(err) {
		told = append(told, f.Where)
	}
	want := []string{
		"counts[1].group", "counts[2].passed", "counts[3].campaign", "counts[3].entered", "counts[4].focal", "counts[5].stage",
		"counts[6].focal", "counts[7].decided_on", "counts[8].campaign",
	}
	if diff := cmp.Diff(want, told); diff != "" || !fault.Is(err, fault.Invalid) {
		t.Errorf("%v: %s", err, diff)
	}
}

// What is not shown is nowhere in the report.
func TestWhatIsNotShownIsNotThere(t *testing.T) {
	counts := slices.Concat(five(fairness.Shortlisted),
		counted("C1", fairness.Ethnicity, fairness.Accepted, fairness.BME, fairness.White, fairness.Table{X1: 1, N1: 2, X0: 3, N0: 4}),
		[]fairness.Count{{Campaign: "C1", Characteristic: fairness.Ethnicity, Group: "Z", Stage: fairness.Shortlisted, Entered: 5, Passed: 3}})
	report := audit(t, counts, func(string, []string, fairness.Stage, string) (int, int, bool) { return 0, 0, false })
	report.Campaigns, report.Family = 0, nil
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`"(C[1-5]|p_below_080|x[01]|n[01]|power_080|WRES 2)"|above 1 means|"campaigns":0|"withheld":0`)
	if digits := regexp.MustCompile(`[0-9]`).FindAllString(names.ReplaceAllString(string(text), ""), -1); len(digits) > 0 || strings.Contains(string(text), `"verdict"`) {
		t.Errorf("something is told: %s", text)
	}
	for _, row := range report.Ratios {
		if row.Words() != "Not shown: the numbers are so small that they could tell of a person." {
			t.Error(row.Words())
		}
	}
}

// Ratios and tests are of the counts as shown; only what stands on five
// campaigns or more is told of comparisons within them, to two decimals.
func TestFiguresAreOfTheShownCounts(t *testing.T) {
	rounded := func(_ string, groups []string, _ fairness.Stage, campaign string) (int, int, bool) {
		return map[string]int{fairness.BME: 10, fairness.White: 25}[groups[0]], map[string]int{fairness.BME: 45, fairness.White: 65}[groups[0]], campaign == ""
	}
	report := audit(t, five(fairness.Shortlisted), rounded)
	near(t, "ratio", *report.Ratios[0].Ratio, 10./45*65/25, 1e-12)
	if p := report.Pooled[0]; *p.Ratio != .56 || *p.Low != .3 || *p.High != 1.03 || p.P != nil || p.CMH != nil {
		t.Errorf("%+v", p)
	}
	if report.Unsuppressed || !report.Ratios[1].Suppressed || report.Ratios[0].Suppressed {
		t.Error("what is suppressed")
	}
	if p := audit(t, five(fairness.Shortlisted)[:8], rounded).Pooled[0]; !p.Suppressed || p.Ratio != nil {
		t.Errorf("four campaigns: %+v", p)
	}
}

func TestTheOrderOfCountsDecidesNothing(t *testing.T) {
	counts := national(30)
	want, err := json.Marshal(audit(t, counts, nil))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(9, 10))
	random.Shuffle(len(counts), func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
	got, err := json.Marshal(audit(t, counts, nil))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("another order, another report")
	}
}

func TestReturnYear(t *testing.T) {
	year := fairness.ReturnYear(2025)
	if year.From != "2025-04-01" || year.To != "2026-03-31" {
		t.Fatal(year)
	}
	var counts []fairness.Count
	for i, day := range []string{"2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01", ""} {
		c := fairness.Count{Campaign: string(rune('A' + i)), Decided: day}
		counts = append(counts, c, c)
	}
	within, undated := year.Of(counts)
	if len(within) != 4 || within[0].Campaign != "B" || within[3].Campaign != "C" || undated != 1 || len(counts) != 10 {
		t.Errorf("%v, %d", within, undated)
	}
}
