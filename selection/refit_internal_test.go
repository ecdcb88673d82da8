package selection

import (
	"testing"
	"time"

	"appointable/internal/fault"
	"appointable/selection/mixedmodel"
)

// No engine can be made to fail at will, so the fit is told to have failed.
func TestNothingIsLearntWithoutConvergence(t *testing.T) {
	p := &Pool{prior: PooledPrior{Campaigns: make([]PooledCampaign, 3)}}
	fit := mixedmodel.Fit{Components: mixedmodel.DefaultPrior(2, 6).Components}
	if _, err := p.learnt(fit, 1, time.Time{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("an unconverged fit: %v", err)
	}
	fit.Converged = true
	prior, err := p.learnt(fit, 1, time.Time{})
	if err != nil || !p.LearntFrom(prior) {
		t.Errorf("a fit that converged: %+v, %v", prior, err)
	}
	prior.Converged = false // stored by an older version of the program
	if p.LearntFrom(prior) {
		t.Error("an unconverged prior keeps the marks from being fitted again")
	}
}
