package fairness

import "fmt"

// remarks are what a reader of the figures must know, in sentences. They keep
// silent on rows that are not shown.
func (report Report) remarks() []string {
	made := []string{}
	say := func(format string, args ...any) { made = append(made, fmt.Sprintf(format, args...)) }
	competing := false
	for i, p := range report.Pooled {
		r := report.Ratios[i]
		competing = competing || r.Descriptive
		if r.Suppressed || p.Suppressed {
			continue
		}
		if !r.Descriptive && r.Verdict != p.Verdict && (r.Verdict == GapFound || p.Verdict == GapFound) {
			say("%s, %s at %s: all campaigns thrown together say %s, compared within campaigns they say %s. Groups applied to different campaigns; read the second.", r.Characteristic, r.Focal, r.Stage, r.Verdict, p.Verdict)
		}
		if p.BreslowDayP != nil && significant(*p.BreslowDayP) {
			say("%s, %s at %s: the campaigns differ among themselves (Breslow–Day p = %.3f); look at them one by one.", r.Characteristic, r.Focal, r.Stage, *p.BreslowDayP)
		}
	}
	if competing {
		say("Where candidates compete for posts (offered, appointed) the crude figures describe; what is inferred is from comparisons within campaigns.")
	}
	if len(report.Pooled) == 0 {
		say("There is nothing to compare: no characteristic has a focal and a reference group.")
	}
	return made
}
