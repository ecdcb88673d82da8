package store

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"

	"appointable/selection"
)

// Rerun is a stored ranking beside what ranking the campaign again, with the
// same seed and draws, gives now.
type Rerun struct {
	Run         uuid.UUID `json:"run_id"`
	Engine      string    `json:"engine"`
	Inputs      string    `json:"inputs_sha256"`
	Seed        int64     `json:"seed"`
	Draws       int       `json:"draws"`
	Same        bool      `json:"same"`        // to the byte
	Differences []string  `json:"differences"` // why not
}

// Rerun ranks a campaign again as a stored run did, run uuid.Nil being the
// latest, and compares the bytes. Nothing is stored. It returns NotFound where
// there is no such run, Conflict before moderation has closed.
func (db *DB) Rerun(ctx context.Context, who Actor, campaign string, run uuid.UUID) (Rerun, error) {
	var stored storedRun
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.mayRank(); err != nil {
			return err
		}
		var err error
		stored, err = t.storedRun(run)
		return err
	})
	if err != nil {
		return Rerun{}, err
	}
	round, _, err := db.Round(ctx, who, campaign)
	if err != nil {
		return Rerun{}, err
	}
	again, err := selection.Rank(ctx, round, selection.Settings{Seed: stored.Seed, Draws: stored.Draws})
	if err != nil {
		return Rerun{}, problem(ctx, err)
	}
	return stored.compare(again), nil
}

func (s storedRun) compare(again selection.Ranking) Rerun {
	result := again.JSON()
	return Rerun{
		Run: s.ID, Engine: s.Engine, Inputs: s.Inputs, Seed: s.Seed, Draws: s.Draws,
		Same: bytes.Equal(s.Result, result), Differences: differences(s.Result, result, [2]string{s.Inputs, again.Inputs}, [2]string{s.Engine, again.Engine}),
	}
}

// differences say why two results are not the same to the byte; the inputs and
// engines are those of then and now.
func differences(then, now []byte, inputs, engines [2]string) []string {
	list := []string{}
	if bytes.Equal(then, now) {
		return list
	}
	if inputs[0] != inputs[1] {
		list = append(list, fmt.Sprintf("the inputs changed: their hash was %s and is %s", inputs[0], inputs[1]))
	}
	if engines[0] != engines[1] {
		list = append(list, fmt.Sprintf("the engine changed: it was %s and is %s", engines[0], engines[1]))
	}
	if len(list) == 0 {
		list = append(list, fmt.Sprintf("inputs and engine are the same, and yet the bytes differ from byte %d on", firstDifference(then, now)+1))
	}
	return list
}

func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
