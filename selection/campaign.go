// Package selection is the life of a campaign: the plan that is locked before
// the first mark, the panel, the candidates by code, the sheets, the decision,
// and the ranking of a round.
//
// It is pure: functions take what they judge, and the time where it matters,
// and return a new value or a fault. Storing is package store's work.
package selection

import (
	"slices"

	"appointable/frameworks"
	"appointable/internal/fault"
)

// Campaign is what a trust declares before scoring: the post, how candidates
// will be seen, by whom, and how the marks will be put together. It is the
// document campaign.yaml. Once scoring has opened nothing in it changes but
// the panel's attendance.
type Campaign struct {
	Code          string         `yaml:"campaign" json:"campaign"`
	Title         string         `yaml:"title" json:"title"`
	Post          Post           `yaml:"post" json:"post"`
	Committee     Committee      `yaml:"committee,omitempty" json:"committee,omitzero"`
	Exercises     []Exercise     `yaml:"exercises" json:"exercises"`
	Psychometrics []Psychometric `yaml:"psychometrics,omitempty" json:"psychometrics,omitempty"`
	Gates         Gates          `yaml:"appointable,omitempty" json:"appointable,omitzero"`
	Rank          RankRule       `yaml:"rank,omitempty" json:"rank,omitzero"`
	Panel         []Member       `yaml:"panel" json:"panel"`
}

// Post is what candidates are selected for.
type Post struct {
	Type      PostType `yaml:"type" json:"type"`
	Specialty string   `yaml:"specialty,omitempty" json:"specialty,omitempty"`
	Posts     int      `yaml:"posts,omitempty" json:"posts"` // how many may be appointed, 1 or more
}

// PostType is the kind of post.
type PostType string

// The kinds of post.
const (
	Consultant        PostType = "consultant"
	SeniorDoctor      PostType = "senior-doctor" // SAS: specialist, associate specialist, specialty doctor
	MedicalLeadership PostType = "medical-leadership"
)

// Committee says which rules the panel sits under. Foundation trusts are
// exempt from the AAC regulations and follow a local policy, the default.
type Committee struct {
	Model  CommitteeModel `yaml:"model,omitempty" json:"model,omitempty"`
	Nation string         `yaml:"nation,omitempty" json:"nation,omitempty"` // england (default), wales, northern-ireland, scotland
}

// CommitteeModel is statutory or local policy.
type CommitteeModel string

// The committee models.
const (
	Statutory   CommitteeModel = "statutory"
	LocalPolicy CommitteeModel = "local-policy"
)

// Exercise is one station: an interview, a simulation, … and the criteria it
// shows. Exercises × criteria is the blueprint.
type Exercise struct {
	Code     string   `yaml:"code" json:"code"`
	Title    string   `yaml:"title,omitempty" json:"title,omitempty"`
	Method   Method   `yaml:"method" json:"method"`
	Criteria []string `yaml:"criteria" json:"criteria"`
	Stage    Stage    `yaml:"stage,omitempty" json:"stage,omitempty"` // sift or assessment, the default
}

// Method is how an exercise sees a candidate.
type Method string

// The methods known by name. Others are allowed and draw a warning.
const (
	StructuredInterview   Method = "structured-interview"
	MiniInterview         Method = "mini-interview"
	Simulation            Method = "simulation"
	GroupExercise         Method = "group-exercise"
	Presentation          Method = "presentation"
	WrittenExercise       Method = "written-exercise"
	WorkSample            Method = "work-sample"
	StakeholderPanel      Method = "stakeholder-panel"
	Portfolio             Method = "portfolio"
	JudgementTest         Method = "situational-judgement-test"
	UnstructuredInterview Method = "unstructured-interview"
	PersonalStatement     Method = "personal-statement"
	References            Method = "references"
	PersonalityTest       Method = "personality-test"
)

// Gates are thresholds on panel marks. They say what the panel should look at
// and never decide.
type Gates struct {
	Composite *float64           `yaml:"composite,omitempty" json:"composite,omitempty"`
	Minimum   map[string]float64 `yaml:"minimum,omitempty" json:"minimum,omitempty"` // by dimension
	Veto      *float64           `yaml:"veto,omitempty" json:"veto,omitempty"`       // any mark at or below it
	VetoMeans VetoMeans          `yaml:"veto_means,omitempty" json:"veto_means,omitempty"`
}

// VetoMeans is what a veto mark leads to: the panel discusses (the default),
// or the gates are not met.
type VetoMeans string

// What a veto can mean.
const (
	VetoDiscuss VetoMeans = "discuss"
	VetoNo      VetoMeans = "no"
)

// RankRule is how marks become an order.
type RankRule struct {
	Rule Rule     `yaml:"rule,omitempty" json:"rule,omitempty"`
	Ties []string `yaml:"ties,omitempty" json:"ties,omitempty"` // dimensions, in the order in which they break a tie
}

// Rule is whose order ranks.
type Rule string

// The rules: the panel's own marks, or what is left of them once severity,
// impressions and the luck of an exercise are taken out.
const (
	PanelMean Rule = "panel-mean"
	Adjusted  Rule = "adjusted"
)

// WithDefaults fills what campaign.yaml may leave out, so that two ways of
// writing the same plan have the same hash.
func (c Campaign) WithDefaults() Campaign {
	if c.Post.Posts == 0 {
		c.Post.Posts = 1
	}
	if c.Committee.Model == "" {
		c.Committee.Model = LocalPolicy
	}
	if c.Committee.Nation == "" {
		c.Committee.Nation = "england"
	}
	if len(c.Gates.Minimum) == 0 {
		c.Gates.Minimum = nil
	}
	if c.Gates.Veto != nil && c.Gates.VetoMeans == "" {
		c.Gates.VetoMeans = VetoDiscuss
	}
	if c.Rank.Rule == "" {
		c.Rank.Rule = PanelMean
	}
	c.Exercises = slices.Clone(c.Exercises)
	for i := range c.Exercises {
		if c.Exercises[i].Stage == StageAssessment {
			c.Exercises[i].Stage = "" // as a plan without a sift has it
		}
	}
	c.Psychometrics = slices.Clone(c.Psychometrics)
	for i := range c.Psychometrics {
		c.Psychometrics[i] = c.Psychometrics[i].withDefaults()
	}
	return c
}

// Exercise finds an exercise by code; its index is -1 where there is none.
func (c Campaign) Exercise(code string) (Exercise, int) {
	i := slices.IndexFunc(c.Exercises, func(e Exercise) bool { return e.Code == code })
	if i < 0 {
		return Exercise{}, -1
	}
	return c.Exercises[i], i
}

// Member finds a panel member by rater code.
func (c Campaign) Member(rater string) (Member, bool) {
	i := slices.IndexFunc(c.Panel, func(m Member) bool { return m.Rater == rater })
	if i < 0 {
		return Member{}, false
	}
	return c.Panel[i], true
}

// Validate checks the campaign against the framework it uses. Every complaint
// carries the path of its place; all are returned at once, as one Invalid
// fault. What is allowed but unwise is in Warnings.
func (c Campaign) Validate(f frameworks.Framework) error {
	var l fault.List
	c.validatePost(&l)
	c.validateExercises(&l, f)
	c.validateStages(&l)
	c.validatePsychometrics(&l, f)
	c.validateGates(&l, f)
	c.validateRank(&l, f)
	c.validatePanel(&l)
	return l.Err("the campaign has mistakes")
}

func (c Campaign) validatePost(l *fault.List) {
	checkCode(l, "campaign", c.Code)
	checkText(l, "title", c.Title)
	if !slices.Contains([]PostType{Consultant, SeniorDoctor, MedicalLeadership}, c.Post.Type) {
		l.Add("post.type", "%q is not a type of post; choose consultant, senior-doctor or medical-leadership", c.Post.Type)
	}
	if c.Post.Posts < 1 || c.Post.Posts > maxPosts {
		l.Add("post.posts", "%d posts cannot be filled; give a number from 1 to %d", c.Post.Posts, maxPosts)
	}
	if m := c.Committee.Model; m != Statutory && m != LocalPolicy {
		l.Add("committee.model", "%q is not known; choose statutory or local-policy", m)
	}
	if !slices.Contains([]string{"england", "wales", "northern-ireland", "scotland"}, c.Committee.Nation) {
		l.Add("committee.nation", "%q is not known; choose england, wales, northern-ireland or scotland", c.Committee.Nation)
	}
}
