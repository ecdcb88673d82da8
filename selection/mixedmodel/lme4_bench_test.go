package mixedmodel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Speed and memory beside lme4: the same data in memory, the same criterion,
// the median of three fits, and the peak memory of a process that does nothing
// else. Each side runs in processes of its own, one after the other. lme4 needs
// minutes for the large rounds; where R or lme4 is missing its column is empty
// and the benchmark says so.

// TestMain lets the test binary stand in for such a process.
func TestMain(m *testing.M) {
	if spec := os.Getenv("APPOINTABLE_FIT"); spec != "" {
		if err := fitAlone(spec); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// besideFit is one fit to time. It travels to the process in JSON.
type besideFit struct {
	Name    string
	File    string // in testdata; "" a round made here
	M2      bool   // all terms; else without halo and rater × dimension
	Workers int
}

type measured struct {
	Seconds   float64 // median
	Criterion float64
	PeakMiB   float64
}

func (f besideFit) terms() Terms {
	if f.M2 {
		return AllTerms()
	}
	return m1()
}

func (f besideFit) data() (Data, error) {
	if f.File == "" {
		return nationalRound{candidates: 50_000, raters: 5_000, random: true}.data(1), nil
	}
	return loadLong(f.File)
}

func fitAlone(spec string) error {
	var f besideFit
	if err := json.Unmarshal([]byte(spec), &f); err != nil {
		return err
	}
	d, err := f.data()
	if err != nil {
		return err
	}
	var seconds []float64
	var fit Fit
	runs := 3
	if f.File == "" {
		runs = 1
	}
	for range runs {
		start := time.Now()
		if fit, err = Estimate(context.Background(), d, Options{Terms: f.terms(), Method: REML, Workers: f.Workers}); err != nil {
			return err
		}
		seconds = append(seconds, time.Since(start).Seconds())
	}
	slices.Sort(seconds)
	return json.NewEncoder(os.Stdout).Encode(measured{seconds[len(seconds)/2], fit.Criterion, peakMiB()})
}

// peakMiB is the peak resident memory of this process, where Linux tells it.
func peakMiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	return 0
}

func BenchmarkBesideLme4(b *testing.B) {
	for _, f := range []besideFit{
		{Name: "small_m2", File: "testdata/small_m2.csv", M2: true},
		{Name: "mid_m2", File: "testdata/mid_m2.csv", M2: true},
		{Name: "2000_m2", File: "testdata/national/nat2k_m2.csv.gz", M2: true},
		{Name: "20000_clusters", File: "testdata/national/nat20k.csv.gz"},
		{Name: "50000_clusters", File: "testdata/national/nat50k.csv.gz"},
		{Name: "50000_at_random"},
	} {
		for _, workers := range []int{1, 2} {
			f.Workers = workers
			b.Run(fmt.Sprintf("%s/cores=%d", f.Name, workers), func(b *testing.B) {
				for b.Loop() {
					ours := f.ours(b)
					b.ReportMetric(ours.Seconds, "s")
					b.ReportMetric(ours.PeakMiB, "MiB")
					if theirs, ok := f.lme4(b); ok {
						b.ReportMetric(theirs.Seconds, "lme4-s")
						b.ReportMetric(theirs.PeakMiB, "lme4-MiB")
						b.ReportMetric(theirs.Seconds/ours.Seconds, "times-faster")
						b.ReportMetric(theirs.PeakMiB/ours.PeakMiB, "times-smaller")
						if over := ours.Criterion - theirs.Criterion; over > 1e-8*theirs.Criterion {
							b.Errorf("criterion %.8f, lme4 has %.8f", ours.Criterion, theirs.Criterion)
						}
					}
				}
			})
		}
	}
}

func (f besideFit) ours(b *testing.B) measured {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	spec, err := json.Marshal(f)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), self)
	cmd.Env = append(os.Environ(), "APPOINTABLE_FIT="+string(spec), "GOMAXPROCS="+strconv.Itoa(f.Workers))
	return runMeasured(b, cmd)
}

// lme4 times the same fit in R, with as many threads for its BLAS.
func (f besideFit) lme4(b *testing.B) (measured, bool) {
	b.Helper()
	if f.File == "" {
		b.Log("lme4 is not asked: one evaluation of its criterion takes seconds here")
		return measured{}, false
	}
	if exec.CommandContext(b.Context(), "Rscript", "-e", "library(lme4)").Run() != nil {
		b.Log("lme4 was not run: Rscript or its package lme4 is missing (Debian: r-cran-lme4)")
		return measured{}, false
	}
	path, err := filepath.Abs(f.File)
	if err != nil {
		b.Fatal(err)
	}
	model := "m1"
	if f.M2 {
		model = "m2"
	}
	cmd := exec.CommandContext(b.Context(), "Rscript", "testdata/lme4.R", path, model)
	cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS="+strconv.Itoa(f.Workers))
	return runMeasured(b, cmd), true
}

func runMeasured(b *testing.B, cmd *exec.Cmd) measured {
	b.Helper()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%v\n%s", err, complaints.String())
	}
	var m measured
	if err := json.Unmarshal(out, &m); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return m
}

// BenchmarkGrowth is the time of one evaluation with gradient against the
// number of candidates, whose 200 raters stay the same.
func BenchmarkGrowth(b *testing.B) {
	for _, candidates := range []int{5_000, 10_000, 20_000, 50_000} {
		b.Run(fmt.Sprintf("candidates=%d", candidates), func(b *testing.B) {
			d := nationalRound{candidates: candidates, raters: 200, random: true, miss: .02}.data(1)
			c := newCriterion(newDesign(Evidence{Data: d}, m1(), 1), 0)
			o, err := newObjective(c, Options{Terms: m1(), Method: REML})
			if err != nil {
				b.Fatal(err)
			}
			gradient := make([]float64, len(o.start))
			for b.Loop() {
				c.at(o.start, gradient)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(candidates)*1000, "µs/1000-candidates")
		})
	}
}

// BenchmarkPanel is a fit and the posterior of a panel of eight candidates.
func BenchmarkPanel(b *testing.B) {
	d := nationalRound{candidates: 8, raters: 6, random: true, halo: .3, drift: .25, miss: .02}.data(1)
	for b.Loop() {
		f, err := Estimate(b.Context(), d, Options{Terms: AllTerms(), Method: MAP, Prior: DefaultPrior(4, 6)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := NewPosterior(b.Context(), Evidence{Data: d}, f.Components, 0); err != nil {
			b.Fatal(err)
		}
	}
}
