package selection_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/frameworks"
	"appointable/selection"
)

func TestPlanWarnings(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*selection.Campaign, *frameworks.Framework)
		want   []string
	}{
		{"none", func(*selection.Campaign, *frameworks.Framework) {}, nil},
		{"a value by one method", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[1].Method = selection.StructuredInterview
		}, []string{
			"Safety is seen by one method only (structured-interview). Two different methods tell the value from a knack for the method.",
			"Kindness is seen by one method only (structured-interview). Two different methods tell the value from a knack for the method.",
		}},
		{"a competency by one method", func(_ *selection.Campaign, f *frameworks.Framework) { f.Dimensions[0].Kind = frameworks.Competency }, nil},
		{"a weighted scale is a second method", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[1].Method = selection.StructuredInterview
			c.Psychometrics = []selection.Psychometric{sjt()}
		}, []string{"Safety is seen by one method only (structured-interview). Two different methods tell the value from a knack for the method."}},
		{"a scale that informs is none", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[1].Criteria = []string{"safety.a", "safety.b"}
			p := sjt()
			p.Use = selection.Inform
			c.Psychometrics = []selection.Psychometric{p}
		}, []string{
			"Kindness is seen by one method only (structured-interview). Two different methods tell the value from a knack for the method.",
			"Kindness: nobody assesses kindness.b.",
		}},
		{"nobody assesses a dimension", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[0].Criteria = c.Exercises[0].Criteria[:2]
		}, []string{
			"Leading a service: no exercise assesses it, so no candidate can have a composite. Add one of its criteria to an exercise, or leave the dimension out of the framework.",
		}},
		{"a test alone assesses nothing", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[0].Criteria = c.Exercises[0].Criteria[:2]
			p := sjt()
			p.Loads = map[string]float64{"leading": 1}
			c.Psychometrics = []selection.Psychometric{p}
		}, []string{
			"Leading a service: no exercise assesses it, so no candidate can have a composite. Add one of its criteria to an exercise, or leave the dimension out of the framework.",
		}},
		{"weak methods", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[0].Method, c.Exercises[1].Method = selection.UnstructuredInterview, selection.References
		}, []string{
			"Exercise interview scores by unstructured interview. Evidence does not support it as a measure of values (Patterson et al. 2016). Use it to inform, not to score.",
			"Exercise handover scores by references. Evidence does not support it as a measure of values (Patterson et al. 2016). Use it to inform, not to score.",
		}},
		{"more weak methods", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[0].Method, c.Exercises[1].Method = selection.PersonalStatement, selection.PersonalityTest
		}, []string{
			"Exercise interview scores by personal statement. Evidence does not support it as a measure of values (Patterson et al. 2016). Use it to inform, not to score.",
			"Exercise handover scores by personality test. Evidence does not support it as a measure of values (Patterson et al. 2016). Use it to inform, not to score.",
		}},
		{"unknown method", func(c *selection.Campaign, _ *frameworks.Framework) { c.Exercises[1].Method = "graphology" }, []string{
			`Exercise handover: the method "graphology" is not one the evidence reviews name. Structured interviews, mini-interviews, simulations and situational judgement tests are supported.`,
		}},
		{"no norm group", func(c *selection.Campaign, _ *frameworks.Framework) {
			p := sjt()
			p.Norm = ""
			c.Psychometrics = []selection.Psychometric{p}
		}, []string{"SJT total is weighted but its norm group is not named. A candidate may ask whom they were compared with."}},
		{"low reliability", func(c *selection.Campaign, _ *frameworks.Framework) {
			p := sjt()
			p.Reliability = 0.69
			c.Psychometrics = []selection.Psychometric{p}
		}, []string{"SJT total has a reliability of 0.69. Below 0.70 a single score says little about one person."}},
		{"of a scale that informs, neither", func(c *selection.Campaign, _ *frameworks.Framework) {
			p := sjt()
			p.Use, p.Norm, p.Reliability = selection.Inform, "", 0.1
			c.Psychometrics = []selection.Psychometric{p}
		}, nil},
		{"nobody chairs", func(c *selection.Campaign, _ *frameworks.Framework) { c.Panel[0].Role = selection.LayMember }, []string{"Nobody on the panel is marked as chair."}},
		{"a statutory committee without its core", func(c *selection.Campaign, _ *frameworks.Framework) { c.Panel = c.Panel[:1] }, []string{
			"The panel has no Royal College assessor. A statutory Advisory Appointments Committee may not proceed without one.",
			"The panel has no chief executive. A statutory Advisory Appointments Committee may not proceed without one.",
			"The panel has no medical director. A statutory Advisory Appointments Committee may not proceed without one.",
			"The panel has no specialty consultant. A statutory Advisory Appointments Committee may not proceed without one.",
		}},
		{"a local policy without one", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Committee.Model = selection.LocalPolicy
			c.Panel = c.Panel[1:]
			c.Panel[0].Chair = true
		}, []string{"The panel has no lay member. Under a local policy that may be right; a statutory committee would need one."}},
		{"another post needs no committee", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Post.Type, c.Panel = selection.MedicalLeadership, c.Panel[:1]
		}, nil},
		{"adjusted in a panel that sits together", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Rank.Rule = selection.Adjusted
			c.Panel[4].Exercises = []string{"interview"} // of every candidate
		}, []string{
			"The rule is adjusted. In a panel that marks every candidate together it chooses no better than the mean there, and the panel's own marks are easier to explain.",
		}},
		{"more members than will see one candidate", func(c *selection.Campaign, _ *frameworks.Framework) { many(c, 8) }, []string{
			"13 members mark one exercise, so candidates will meet different members. There the rule adjusted chooses better than the mean: declare it before scoring.",
		}},
		{"adjusted among so many", func(c *selection.Campaign, _ *frameworks.Framework) {
			many(c, 8)
			c.Rank.Rule = selection.Adjusted
		}, nil},
		{"many, and few in each exercise", func(c *selection.Campaign, _ *frameworks.Framework) {
			many(c, 12)
			for j := range c.Panel[5:] {
				c.Panel[5+j].Exercises = []string{c.Exercises[j%2].Code}
			}
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, f := campaign(), framework()
			c.change(&plan, &f)
			if diff := cmp.Diff(c.want, plan.Warnings(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// many seats further members.
func many(c *selection.Campaign, further int) {
	for j := range further {
		c.Panel = append(c.Panel, selection.Member{Rater: fmt.Sprintf("X%d", j), Role: selection.PlainMember})
	}
}

func TestSupportedMethodsDrawNoWarning(t *testing.T) {
	for _, method := range []selection.Method{
		selection.StructuredInterview, selection.MiniInterview, selection.Simulation, selection.GroupExercise, selection.Presentation,
		selection.WrittenExercise, selection.WorkSample, selection.StakeholderPanel, selection.JudgementTest, selection.Portfolio,
	} {
		c := campaign()
		c.Exercises[0].Method, c.Exercises[1].Method = method, selection.Simulation
		if method == selection.Simulation {
			c.Exercises[1].Method = selection.MiniInterview
		}
		if w := c.Warnings(framework()); w != nil {
			t.Errorf("%s: %q", method, w)
		}
	}
}
