package store_test

import (
	"testing"

	"appointable/internal/store"
	"appointable/selection"
)

func TestCampaignFromDraftToDecision(t *testing.T) {
	w := newWorld(t)
	w.moderation()
	_, err := w.db.ReviseMark(w.ctx, w.members["R1"], code, sheet("R1", "C2"), 0, store.Key{}, mark("safety.a", 4), "heard wrongly")
	w.must(err)
	_, err = w.db.CloseModeration(w.ctx, w.members["R1"], code, 0)
	w.must(err)
	run, err := w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
	w.must(err)
	ranking, err := run.Ranking()
	w.must(err)
	w.equal(ranking.Candidates[0].Candidate, "C1")
	_, err = w.db.Decide(w.ctx, w.officer, code, store.Key{}, decision())
	w.must(err)
	w.equal(w.phase(), selection.Decided)
	round, err := w.db.Export(w.ctx, w.officer, code)
	w.must(err)
	w.equal(len(round.Ratings), 12)
	w.equal(round.Hash(), ranking.Inputs)
	w.dense()
	w.equal(w.events()[len(w.events())-6:], []string{
		"sheet.mark-revised", "campaign.moderation-closed", "campaign.ranking-stored", "reading.sealed", "campaign.decided", "campaign.exported"})
}
