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
	out := Rerun{
		Run: s.ID, Engine: s.Engine, Inputs: s.Inputs, Seed: s.Seed, Draws: s.Draws,
		Same: bytes.Equal(s.Result, result), Differences: []string{},
	}
	if out.Same {
		return out
	}
	if again.Inputs != s.Inputs {
		out.Differences = append(out.Differences, fmt.Sprintf("the inputs changed: their hash was %s and is %s", s.Inputs, again.Inputs))
	}
	if again.Engine != s.Engine {
		out.Differences = append(out.Differences, fmt.Sprintf("the engine changed: it was %s and is %s", s.Engine, again.Engine))
	}
	if len(out.Differences) == 0 {
		out.Differences = append(out.Differences, fmt.Sprintf("inputs and engine are the same, and yet the bytes differ from byte %d on", firstDifference(s.Result, result)+1))
	}
	return out
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
