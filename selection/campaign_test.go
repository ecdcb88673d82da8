package selection_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/selection"
)

func TestValidCampaign(t *testing.T) {
	c := campaign()
	veto := 1.0
	c.Gates = selection.Gates{Minimum: map[string]float64{"safety": 1, "leading": 7}, Veto: &veto, VetoMeans: selection.VetoNo}
	c.Psychometrics = []selection.Psychometric{sjt(), {Instrument: "PERS", Scale: "total", Use: selection.Inform, Mean: -3, SD: 0.1, Reliability: 1, Validity: 1}}
	c.Rank.Ties = []string{"leading", "safety"}
	c.Panel[3].Chair, c.Panel[3].Exercises = true, []string{"handover"}
	c.Post.Posts = 10_000
	if err := c.Validate(framework()); err != nil {
		t.Error(err)
	}
	if err := (selection.Campaign{
		Code: "X", Title: "X", Post: selection.Post{Type: selection.SeniorDoctor}, Exercises: c.Exercises, Panel: c.Panel,
	}).WithDefaults().Validate(framework()); err != nil {
		t.Errorf("with everything left out that may be: %v", err)
	}
}

func TestCampaignMistakes(t *testing.T) {
	at := func(x float64) *float64 { return &x }
	weighted := func(change func(*selection.Psychometric)) func(*selection.Campaign) {
		return func(c *selection.Campaign) {
			p := sjt()
			change(&p)
			c.Psychometrics = []selection.Psychometric{p}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*selection.Campaign)
		want   []string
	}{
		{"no code", func(c *selection.Campaign) { c.Code = "" }, []string{"campaign: is empty; give a short code such as C01"}},
		{"long code", func(c *selection.Campaign) { c.Code = strings.Repeat("x", 65) }, []string{"campaign: is longer than 64 characters; give a short code such as C01"}},
		{"formula", func(c *selection.Campaign) { c.Code = "=1" }, []string{`campaign: "=1" begins with "=", which a spreadsheet takes for a formula; begin with a letter or a digit`}},
		{"at sign", func(c *selection.Campaign) { c.Code = "@x" }, []string{`campaign: "@x" begins with "@", which a spreadsheet takes for a formula; begin with a letter or a digit`}},
		{"dot", func(c *selection.Campaign) { c.Code = ".." }, []string{`campaign: ".." begins with ".", which a spreadsheet takes for a formula; begin with a letter or a digit`}},
		{"slash", func(c *selection.Campaign) { c.Code = "a/b" }, []string{`campaign: "a/b" has a character that codes may not have; use letters, digits, full stops, hyphens and underscores`}},
		{"letter of another script", func(c *selection.Campaign) { c.Code = "С01" }, []string{`campaign: "С01" has a character that codes may not have; use letters, digits, full stops, hyphens and underscores`}},
		{"blank title", func(c *selection.Campaign) { c.Title = " \t" }, []string{"title: is empty"}},
		{"long title", func(c *selection.Campaign) { c.Title = strings.Repeat("é", 4001) }, []string{"title: is longer than 4000 characters"}},
		{"NUL in the title", func(c *selection.Campaign) { c.Title = "a\x00b" }, []string{"title: has a NUL character; remove it"}},
		{"type of post", func(c *selection.Campaign) { c.Post.Type = "locum" }, []string{`post.type: "locum" is not a type of post; choose consultant, senior-doctor or medical-leadership`}},
		{"no post", func(c *selection.Campaign) { c.Post.Posts = 0 }, []string{"post.posts: 0 posts cannot be filled; give a number from 1 to 10000"}},
		{"too many posts", func(c *selection.Campaign) { c.Post.Posts = 10_001 }, []string{"post.posts: 10001 posts cannot be filled; give a number from 1 to 10000"}},
		{"committee", func(c *selection.Campaign) { c.Committee.Model = "none" }, []string{`committee.model: "none" is not known; choose statutory or local-policy`}},
		{"nation", func(c *selection.Campaign) { c.Committee.Nation = "uk" }, []string{`committee.nation: "uk" is not known; choose england, wales, northern-ireland or scotland`}},

		{"no exercises", func(c *selection.Campaign) { c.Exercises = nil }, []string{"exercises: there is none; a panel needs at least one exercise to mark"}},
		{"no code of an exercise", func(c *selection.Campaign) { c.Exercises[1].Code = "" }, []string{"exercises[1].code: is empty; give a short code such as C01"}},
		{"exercise twice", func(c *selection.Campaign) { c.Exercises[1].Code = "interview" }, []string{"exercises[1].code: interview is there twice"}},
		{"no method", func(c *selection.Campaign) { c.Exercises[0].Method = "" }, []string{"exercises[0].method: is missing; for example structured-interview or simulation"}},
		{"no criteria", func(c *selection.Campaign) { c.Exercises[0].Criteria = nil }, []string{"exercises[0].criteria: interview marks no criterion"}},
		{"unknown criterion", func(c *selection.Campaign) { c.Exercises[0].Criteria[2] = "safety.z" }, []string{`exercises[0].criteria[2]: the framework values has no criterion "safety.z"`}},
		{"criterion twice", func(c *selection.Campaign) { c.Exercises[0].Criteria[2] = "safety.a" }, []string{"exercises[0].criteria[2]: safety.a is there twice"}},

		{"no instrument", weighted(func(p *selection.Psychometric) { p.Instrument = "" }), []string{"psychometrics[0].instrument: is empty; give a short code such as C01"}},
		{"no scale", weighted(func(p *selection.Psychometric) { p.Scale = "" }), []string{"psychometrics[0].scale: is empty; give a short code such as C01"}},
		{"scale twice", func(c *selection.Campaign) { c.Psychometrics = []selection.Psychometric{sjt(), sjt()} }, []string{"psychometrics[1]: SJT total is there twice"}},
		{"mean", weighted(func(p *selection.Psychometric) { p.Mean = math.Inf(1) }), []string{"psychometrics[0].mean: is not a number"}},
		{"no deviation", weighted(func(p *selection.Psychometric) { p.SD = 0 }), []string{"psychometrics[0].sd: 0 cannot be a standard deviation; give the norm group's, above 0"}},
		{"deviation not a number", weighted(func(p *selection.Psychometric) { p.SD = math.NaN() }), []string{"psychometrics[0].sd: NaN cannot be a standard deviation; give the norm group's, above 0"}},
		{"reliability", weighted(func(p *selection.Psychometric) { p.Reliability = 1.1 }), []string{"psychometrics[0].reliability: 1.1 is outside 0–1"}},
		{"validity beyond reliability", weighted(func(p *selection.Psychometric) { p.Reliability, p.Validity = 0.25, 0.6 }), []string{"psychometrics[0].validity: 0.6 cannot be: a scale of reliability 0.25 correlates with anything by at most 0.50"}},
		{"negative validity", weighted(func(p *selection.Psychometric) { p.Validity = -0.1 }), []string{"psychometrics[0].validity: -0.1 cannot be: a scale of reliability 0.82 correlates with anything by at most 0.91"}},
		{"use", weighted(func(p *selection.Psychometric) { p.Use = "decide" }), []string{`psychometrics[0].use: "decide" is not known; choose inform or weighted`}},
		{"no share", weighted(func(p *selection.Psychometric) { p.Share = 0 }), []string{"psychometrics[0].share: 0 is outside what a test may count for; give a share above 0 and at most 0.20"}},
		{"too large a share", weighted(func(p *selection.Psychometric) { p.Share = 0.21 }), []string{"psychometrics[0].share: 0.21 is outside what a test may count for; give a share above 0 and at most 0.20"}},
		{"no loads", weighted(func(p *selection.Psychometric) { p.Loads = nil }), []string{"psychometrics[0].loads: a weighted scale must say which dimensions it loads on"}},
		{"unknown load", weighted(func(p *selection.Psychometric) { p.Loads = map[string]float64{"courage": 1} }), []string{`psychometrics[0].loads.courage: the framework values has no dimension "courage"`}},
		{"negative load", weighted(func(p *selection.Psychometric) { p.Loads = map[string]float64{"safety": -1} }), []string{"psychometrics[0].loads.safety: a load of -1 cannot be used; give a number above 0, and reverse a scale on which low is good before import"}},
		{"share of what only informs", weighted(func(p *selection.Psychometric) { p.Use = selection.Inform }), []string{"psychometrics[0].share: SJT is inform only, so it has no share; remove the share or declare use: weighted"}},
		{"tests outweigh the panel", func(c *selection.Campaign) {
			for _, scale := range []string{"a", "b", "c"} {
				p := sjt()
				p.Scale = scale
				c.Psychometrics = append(c.Psychometrics, p)
			}
		}, []string{"psychometrics: together the scales make up 0.60 of kindness; at most 0.50, so that the panel's marks carry most of it"}},

		{"composite off the scale", func(c *selection.Campaign) { c.Gates.Composite = at(7.5) }, []string{"appointable.composite: 7.5 is outside the scale 1–7"}},
		{"composite not a number", func(c *selection.Campaign) { c.Gates.Composite = at(math.NaN()) }, []string{"appointable.composite: NaN is outside the scale 1–7"}},
		{"unknown minimum", func(c *selection.Campaign) { c.Gates.Minimum = map[string]float64{"courage": 3} }, []string{`appointable.minimum.courage: the framework values has no dimension "courage"`}},
		{"minimums off the scale", func(c *selection.Campaign) { c.Gates.Minimum = map[string]float64{"safety": 0, "kindness": 8} }, []string{
			"appointable.minimum.kindness: 8 is outside the scale 1–7", "appointable.minimum.safety: 0 is outside the scale 1–7",
		}},
		{"veto off the scale", func(c *selection.Campaign) { c.Gates.Veto = at(0) }, []string{"appointable.veto: 0 is outside the scale 1–7"}},
		{"meaning of a veto", func(c *selection.Campaign) { c.Gates.VetoMeans = "reject" }, []string{`appointable.veto_means: "reject" is not known; choose discuss or no`}},

		{"no rule", func(c *selection.Campaign) { c.Rank.Rule = "" }, []string{`rank.rule: "" is not a rule; choose panel-mean or adjusted`}},
		{"the other rule", func(c *selection.Campaign) { c.Rank.Rule = selection.Adjusted }, nil},
		{"unknown tie", func(c *selection.Campaign) { c.Rank.Ties = []string{"safety", "courage"} }, []string{`rank.ties[1]: the framework values has no dimension "courage"`}},
		{"tie twice", func(c *selection.Campaign) { c.Rank.Ties = []string{"safety", "kindness", "safety"} }, []string{"rank.ties[2]: safety is there twice"}},

		{"no panel", func(c *selection.Campaign) { c.Panel = nil }, []string{"panel: there is nobody on it"}},
		{"rater without a code", func(c *selection.Campaign) { c.Panel[0].Rater = "" }, []string{"panel[0].rater: is empty; give a short code such as C01"}},
		{"rater twice", func(c *selection.Campaign) { c.Panel[2].Rater = "R1" }, []string{"panel[2].rater: R1 is there twice"}},
		{"role", func(c *selection.Campaign) { c.Panel[1].Role = "friend" }, []string{
			`panel[1].role: "friend" is not a role; choose one of lay-chair, lay-member, college-assessor, chief-executive, medical-director, specialty-consultant, university, member, stakeholder`,
		}},
		{"unknown exercise of a member", func(c *selection.Campaign) { c.Panel[1].Exercises = []string{"interview", "lunch"} }, []string{`panel[1].exercises[1]: the campaign has no exercise "lunch"`}},
		{"two chairs", func(c *selection.Campaign) { c.Panel[0].Chair, c.Panel[1].Chair = true, true }, []string{"panel: 2 members are marked as chair; there is one chair"}},

		{"everything at once", func(c *selection.Campaign) {
			c.Title, c.Exercises[0].Method, c.Gates.Veto, c.Rank.Rule, c.Panel[0].Role = "", "", at(9), "", "friend"
			c.Psychometrics = []selection.Psychometric{{}}
		}, []string{
			"title: is empty", "exercises[0].method: is missing; for example structured-interview or simulation",
			"psychometrics[0].instrument: is empty; give a short code such as C01", "psychometrics[0].scale: is empty; give a short code such as C01",
			"psychometrics[0].sd: 0 cannot be a standard deviation; give the norm group's, above 0", `psychometrics[0].use: "" is not known; choose inform or weighted`,
			"appointable.veto: 9 is outside the scale 1–7", `rank.rule: "" is not a rule; choose panel-mean or adjusted`,
			`panel[0].role: "friend" is not a role; choose one of lay-chair, lay-member, college-assessor, chief-executive, medical-director, specialty-consultant, university, member, stakeholder`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := campaign()
			c.change(&plan)
			if diff := cmp.Diff(c.want, complaints(t, plan.Validate(framework()))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFind(t *testing.T) {
	c := campaign()
	if e, i := c.Exercise("handover"); i != 1 || e.Title != "Handover" {
		t.Errorf("handover is %d, %+v", i, e)
	}
	if e, i := c.Exercise("lunch"); i != -1 || e.Code != "" {
		t.Errorf("lunch is %d, %+v", i, e)
	}
	if m, ok := c.Member("R3"); !ok || m.Role != selection.ChiefExecutive {
		t.Errorf("R3 is %v, %+v", ok, m)
	}
	if _, ok := c.Member("R9"); ok {
		t.Error("R9 is on the panel")
	}
}
