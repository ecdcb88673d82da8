package main

import "testing"

func TestProgressWords(t *testing.T) {
	for _, c := range []struct {
		step string
		done int
		want string
	}{
		{"evaluations of the fit", 1, "1 evaluation of the fit"},
		{"evaluations of the fit", 7, "7 evaluations of the fit"},
		{"draws", 400, "400 of at most 10000 draws"},
	} {
		if got := progressWords(c.step, c.done, 10_000); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Whoever stops a command that stores nothing need not hear that it did not.
func TestStoppedWords(t *testing.T) {
	for command, want := range map[string]string{"rank": "stopped", "gstudy": "stopped", "import": "stopped; nothing was stored"} {
		if got := stoppedWords(command); got != want {
			t.Errorf("%s: %q", command, got)
		}
	}
}
