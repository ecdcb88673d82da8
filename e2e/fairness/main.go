// Command fairness measures an audit of fairness of 5,000 campaigns with 250,000
// candidates: time, processor and peak memory, from what the vault gives to the
// bytes that are stored.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// The bounds, on two processors.
const (
	allowedTime   = 5 * time.Second
	allowedMemory = 512 << 20
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	inputs := simulate()
	runtime.GC() // what was thrown away in simulating is not the audit's
	policy := suppression.NHS()
	settings := selection.FairnessSettings{
		Scope: selection.FairnessScope{Period: &fairness.Period{From: "2021-01-01", To: "2024-12-31"}}, Seed: 1, Policy: &policy,
	}
	began, used := time.Now(), processor() //nolint:forbidigo // a stopwatch, not a time of day
	audit, _, err := selection.AuditFairness(ctx, inputs, settings)
	if err != nil {
		return err
	}
	result := audit.JSON()
	took, memory := time.Since(began), peak()
	used = processor() - used
	fmt.Printf("%d campaigns, %d candidates, %d marks: %.1f s (%s of %v), %.1f s of processor, peak memory %d MiB (%s of %d MiB), result %.1f MB\n",
		campaigns, campaigns*applicants, campaigns*interviewed*panel*len(exercises())*len(criteria()),
		took.Seconds(), within(took <= allowedTime), allowedTime, used.Seconds(), memory>>20, within(memory <= allowedMemory), allowedMemory>>20, float64(len(result))/1e6)
	if used > 2*allowedTime || memory > allowedMemory { // processor, since the machine may have more to do
		return errors.New("an audit takes more than it may")
	}
	return nil
}

func within(ok bool) string {
	if ok {
		return "within the bound"
	}
	return "ABOVE the bound"
}

// peak is the most memory that this process held, in bytes.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

// processor is the time that this process has computed.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
