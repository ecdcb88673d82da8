package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// onceASecond tells the person who waits, from the first second on. words is
// asked only when something is to be said.
func onceASecond(out io.Writer) func(words func(seconds int) string) {
	began, told := time.Now(), 0 //nolint:forbidigo // a stopwatch, not a time of day
	return func(words func(seconds int) string) {
		if seconds := int(time.Since(began).Seconds()); seconds > told {
			told = seconds
			_, _ = fmt.Fprintln(out, words(seconds))
		}
	}
}

// fitProgress tells of a fit. How many evaluations it takes nobody knows.
func fitProgress(term terminal, of string) func(evaluations int) {
	say := onceASecond(term.err)
	return func(n int) {
		say(func(int) string { return fmt.Sprintf("%s %s …", count(n, "evaluation"), of) })
	}
}

// rankProgress tells of a fit and of the draws; of many candidates fewer than
// draws are drawn.
func rankProgress(term terminal, draws int) func(step string, done int) {
	say := onceASecond(term.err)
	return func(step string, done int) {
		say(func(seconds int) string {
			return fmt.Sprintf("ranking: %s after %d s", progressWords(step, done, draws), seconds)
		})
	}
}

func progressWords(step string, done, draws int) string {
	switch {
	case step == "draws":
		return fmt.Sprintf("%d of at most %d draws", done, draws)
	case done == 1:
		return "1 " + strings.Replace(step, "evaluations", "evaluation", 1)
	}
	return fmt.Sprintf("%d %s", done, step)
}
