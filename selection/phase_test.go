package selection_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

var phases = []selection.Phase{selection.Draft, selection.Scoring, selection.Moderation, selection.Deciding, selection.Decided}

func noon() time.Time { return time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) }

// Every phase by every transition: each is possible in one phase and leads to
// the next.
func TestTransitions(t *testing.T) {
	now := noon()
	lock := campaign().Locked(framework())
	transitions := []struct {
		name     string
		from, to selection.Phase
		do       func(selection.Progress) (selection.Progress, error)
		recorded selection.Progress
	}{
		{"open scoring", selection.Draft, selection.Scoring, func(p selection.Progress) (selection.Progress, error) {
			return p.OpenScoring(now, campaign(), framework(), frameworks.Published, []selection.Candidate{{Code: "C1"}})
		}, selection.Progress{Lock: &lock, OpenedAt: &now}},
		{"reveal", selection.Scoring, selection.Moderation, func(p selection.Progress) (selection.Progress, error) {
			return p.Reveal(now, 2, " R3 was called away. ")
		},
			selection.Progress{RevealedAt: &now, RevealReason: "R3 was called away."}},
		{"close moderation", selection.Moderation, selection.Deciding, func(p selection.Progress) (selection.Progress, error) { return p.CloseModeration(now) }, selection.Progress{ModeratedAt: &now}},
		{"decide", selection.Deciding, selection.Decided, func(p selection.Progress) (selection.Progress, error) { return p.Decide(now) }, selection.Progress{DecidedAt: &now}},
	}
	for _, transition := range transitions {
		for _, phase := range phases {
			t.Run(transition.name+" in "+string(phase), func(t *testing.T) {
				before := selection.Progress{Phase: phase}
				after, err := transition.do(before)
				want := before
				if phase == transition.from {
					want = transition.recorded
					want.Phase = transition.to
				}
				if diff := cmp.Diff(want, after); diff != "" {
					t.Error(diff)
				}
				if (err == nil) != (phase == transition.from) || err != nil && fault.KindOf(err) != fault.Conflict {
					t.Errorf("error %v", err)
				}
			})
		}
	}
}

func TestOpenScoringRefuses(t *testing.T) {
	seen := []selection.Candidate{{Code: "C1"}}
	for _, c := range []struct {
		name       string
		change     func(*selection.Campaign, *frameworks.Framework)
		candidates []selection.Candidate
		want       []string
	}{
		{"nothing", func(*selection.Campaign, *frameworks.Framework) {}, seen, nil},
		{"mistakes of the plan", func(c *selection.Campaign, _ *frameworks.Framework) { c.Title, c.Post.Posts = "", 0 }, seen, []string{
			"title: is empty", "post.posts: 0 posts cannot be filled; give a number from 1 to 10000",
		}},
		{"a dimension that nobody sees", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Exercises[0].Criteria = c.Exercises[0].Criteria[:2]
		}, seen, []string{
			"exercises: no exercise assesses leading, so no candidate could have a composite",
		}},
		{"nobody chairs", func(c *selection.Campaign, _ *frameworks.Framework) { c.Panel[0].Role = selection.LayMember }, seen, []string{
			"panel: nobody is marked as chair; mark one member with chair: true",
		}},
		{"a statutory committee without its core", func(c *selection.Campaign, _ *frameworks.Framework) { c.Panel = c.Panel[:3] }, seen, []string{
			"panel: a statutory committee may not proceed without: medical director, specialty consultant",
		}},
		{"a local policy may", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Panel, c.Committee.Model = c.Panel[:3], selection.LocalPolicy
		}, seen, nil},
		{"another post may", func(c *selection.Campaign, _ *frameworks.Framework) {
			c.Panel, c.Post.Type = c.Panel[:3], selection.MedicalLeadership
		}, seen, nil},
		{"nobody to see", func(*selection.Campaign, *frameworks.Framework) {}, []selection.Candidate{{Code: "C1", Withdrawn: true}}, []string{
			"candidates: there is nobody to see; add candidates before scoring opens",
		}},
		{"all at once", func(c *selection.Campaign, _ *frameworks.Framework) { c.Title, c.Panel = "", c.Panel[1:] }, nil, []string{
			"title: is empty", "panel: nobody is marked as chair; mark one member with chair: true",
			"panel: a statutory committee may not proceed without: lay member", "candidates: there is nobody to see; add candidates before scoring opens",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, f := campaign(), framework()
			c.change(&plan, &f)
			before := selection.Progress{Phase: selection.Draft}
			after, err := before.OpenScoring(noon(), plan, f, frameworks.Published, c.candidates)
			if diff := cmp.Diff(c.want, complaints(t, err)); diff != "" {
				t.Error(diff)
			}
			if (after.Phase == selection.Scoring) != (c.want == nil) || c.want != nil && after != before {
				t.Errorf("afterwards: %+v", after)
			}
		})
	}
}

func TestScoringOpensOnAPublishedFrameworkOnly(t *testing.T) {
	for _, status := range []frameworks.Status{frameworks.Draft, frameworks.Retired} {
		before := selection.Progress{Phase: selection.Draft}
		after, err := before.OpenScoring(noon(), campaign(), framework(), status, []selection.Candidate{{Code: "C1"}})
		if !fault.Is(err, fault.Conflict) || after != before {
			t.Errorf("%s: %v", status, err)
		}
	}
}

func TestRevealWithSheetsMissingNeedsAReason(t *testing.T) {
	before := selection.Progress{Phase: selection.Scoring}
	after, err := before.Reveal(noon(), 1, "  ")
	if diff := cmp.Diff([]string{"reason: not all required sheets are submitted; say why scoring closes without them"}, complaints(t, err)); diff != "" || after != before {
		t.Errorf("%s%+v", diff, after)
	}
	_, err = before.Reveal(noon(), 0, strings.Repeat("x", 4001))
	if diff := cmp.Diff([]string{"reason: is longer than 4000 characters"}, complaints(t, err)); diff != "" {
		t.Error(diff)
	}
	if after, err = before.Reveal(noon(), 0, ""); err != nil || after.Phase != selection.Moderation {
		t.Errorf("with all submitted: %v, %+v", err, after)
	}
}

func TestWhatAPhaseShows(t *testing.T) {
	for phase, want := range map[selection.Phase]struct {
		words            string
		revealed, ranked bool
	}{
		selection.Draft: {"Draft", false, false}, selection.Scoring: {"Scoring", false, false}, selection.Moderation: {"Moderation", true, false},
		selection.Deciding: {"Ready to decide", true, true}, selection.Decided: {"Decided", true, true}, "other": {"other", false, false},
	} {
		p := selection.Progress{Phase: phase}
		if p.Revealed() != want.revealed || p.Ranked() != want.ranked || phase.Words() != want.words {
			t.Errorf("%s: revealed %v, ranked %v, %q", phase, p.Revealed(), p.Ranked(), phase.Words())
		}
	}
}

func TestImportedIsReadyToDecide(t *testing.T) {
	r := round("C1")
	lock, now := r.Campaign.Locked(r.Framework), noon()
	want := selection.Progress{Phase: selection.Deciding, Lock: &lock, OpenedAt: &now, RevealedAt: &now, ModeratedAt: &now, ImportedFromHash: r.Hash()}
	if diff := cmp.Diff(want, selection.Imported(now, r)); diff != "" {
		t.Error(diff)
	}
}

func TestSeen(t *testing.T) {
	yes, no := selection.Yes, selection.No
	var codes []string
	for _, c := range selection.Seen([]selection.Candidate{
		{Code: "nothing-known"}, {Code: "shortlisted", Shortlisted: yes}, {Code: "interviewed", Shortlisted: yes, Interviewed: yes},
		{Code: "not-shortlisted", Shortlisted: no}, {Code: "not-interviewed", Shortlisted: yes, Interviewed: no}, {Code: "withdrawn", Shortlisted: yes, Withdrawn: true},
	}) {
		codes = append(codes, c.Code)
	}
	if diff := cmp.Diff([]string{"nothing-known", "shortlisted", "interviewed"}, codes); diff != "" {
		t.Error(diff)
	}
}
