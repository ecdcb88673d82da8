// Command decisions asks how good the choices are that a ranking leads to. It
// simulates campaigns in which the truth is known, lets each rule choose, and
// counts what the choice lost. All rules see the same campaigns.
//
// Regret is the true composite of the best candidate less that of the one
// chosen, in standard deviations of the composite. Cover is how often a 90 %
// rank interval holds the true rank.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime"
	"sync"
)

// scenario is a kind of campaign.
type scenario struct {
	name               string
	candidates, raters int
	each               int // raters who see a candidate
	severity           float64
	miss               float64 // share of marks not observed
	spread             float64 // SD of the log of how far apart a rater's marks lie
	integers           bool
	campaigns          int
}

func scenarios() []scenario {
	return []scenario{
		{name: "6 candidates × 6 raters, complete", candidates: 6, raters: 6, each: 6, severity: .4, campaigns: 1500},
		{name: "6 × 6, complete, integers, uneven spread, 5 % missing", candidates: 6, raters: 6, each: 6, severity: .4, miss: .05, spread: .25, integers: true, campaigns: 1500},
		{name: "4 × 5, complete", candidates: 4, raters: 5, each: 5, severity: .4, campaigns: 1500},
		{name: "8 candidates, 3 of 8 raters each", candidates: 8, raters: 8, each: 3, severity: .4, miss: .03, campaigns: 1500},
		{name: "the same, severity SD .8", candidates: 8, raters: 8, each: 3, severity: .8, miss: .03, campaigns: 1500},
		{name: "10 candidates, 2 of 8, integers, uneven spread", candidates: 10, raters: 8, each: 2, severity: .4, miss: .03, spread: .25, integers: true, campaigns: 1500},
		{name: "60 candidates, 2 of 24", candidates: 60, raters: 24, each: 2, severity: .4, miss: .02, campaigns: 250},
	}
}

func main() {
	share := flag.Float64("share", 1, "part of the campaigns to simulate")
	seed := flag.Uint64("seed", 1, "of the simulation")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *share, *seed)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, share float64, seed uint64) error {
	pooled, err := pooledPrior(ctx, seed)
	if err != nil {
		return err
	}
	rules := newRules(pooled)
	for n, s := range scenarios() {
		s.campaigns = max(2, int(share*float64(s.campaigns)))
		results, err := s.run(ctx, rules, seed+uint64(n)<<32)
		if err != nil {
			return err
		}
		s.print(rules, results)
	}
	return nil
}

// run judges each campaign of a scenario by every rule: [campaign][rule].
func (s scenario) run(ctx context.Context, rules []rule, seed uint64) ([][]outcome, error) {
	results, errs := make([][]outcome, s.campaigns), make([]error, s.campaigns)
	var all sync.WaitGroup
	for w := range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for n := w; n < s.campaigns; n += runtime.GOMAXPROCS(0) {
				results[n], errs[n] = s.judge(ctx, rules, seed+uint64(n))
			}
		})
	}
	all.Wait()
	return results, errors.Join(errs...)
}

func (s scenario) judge(ctx context.Context, rules []rule, seed uint64) ([]outcome, error) {
	c := s.simulate(seed)
	var out []outcome
	for _, r := range rules {
		choice, err := r.choose(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", s.name, r.name, err)
		}
		out = append(out, c.outcome(choice))
	}
	return out, nil
}

func (s scenario) print(rules []rule, results [][]outcome) {
	fmt.Printf("\n%s (%d campaigns)\n\n", s.name, s.campaigns)
	fmt.Printf("  %-24s  %6s  %6s  %5s  %5s  %s\n", "rule", "regret", "± 1 SE", "best", "cover", "regret less the raw mean's, 95 % interval")
	raw := column(results, 0, func(o outcome) float64 { return o.regret })
	for n, r := range rules {
		regret := column(results, n, func(o outcome) float64 { return o.regret })
		best := column(results, n, func(o outcome) float64 { return o.best })
		mean, se := meanOf(regret)
		share, _ := meanOf(best)
		cover, width := "–", ""
		if covered := column(results, n, func(o outcome) float64 { return o.cover }); !math.IsNaN(covered[0]) {
			m, _ := meanOf(covered)
			cover = fmt.Sprintf("%.3f", m)
		}
		if n > 0 {
			difference := make([]float64, len(regret))
			for i := range regret {
				difference[i] = regret[i] - raw[i]
			}
			d, e := meanOf(difference)
			base, _ := meanOf(raw)
			width = fmt.Sprintf("%+.3f (%+.3f to %+.3f), %+.0f %%", d, d-1.96*e, d+1.96*e, 100*d/base)
		}
		fmt.Printf("  %-24s  %6.4f  %6.4f  %5.3f  %5s  %s\n", r.name, mean, se, share, cover, width)
	}
}

func column(results [][]outcome, rule int, of func(outcome) float64) []float64 {
	out := make([]float64, len(results))
	for i, r := range results {
		out[i] = of(r[rule])
	}
	return out
}

func meanOf(x []float64) (mean, se float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		se += (v - mean) * (v - mean) / (n - 1)
	}
	return mean, math.Sqrt(se / n)
}
