package selection

import (
	"slices"
	"strings"

	"appointable/selection/fairness"
	"appointable/selection/monitoring"
)

// answered is a characteristic as the audit reads its answers.
type answered struct {
	monitoring.Characteristic
	groups           []auditedGroup
	groupOf          []uint8 // by answer code
	focal, reference string  // what both sides are called
}

type auditedGroup struct {
	name string
	side fairness.Side
}

// answerCodes are somebody's answers, a byte for each characteristic of the
// catalogue: 0 where there is none, else one more than the option's number.
type answerCodes string

// answerReader reads answers. Many people answer alike: each set is read once.
type answerReader struct {
	characteristics []answered
	known           map[monitoring.Answers]answerCodes
	at              map[string]int
	options         []map[string]byte
}

func newAnswerReader() *answerReader {
	r := &answerReader{known: map[monitoring.Answers]answerCodes{}, at: map[string]int{}}
	for i, c := range monitoring.Catalogue() {
		r.at[c.Code] = i
		options := map[string]byte{}
		for k, o := range c.Options {
			options[o.Code] = byte(k + 1)
		}
		r.options = append(r.options, options)
		r.characteristics = append(r.characteristics, answeredOf(c))
	}
	return r
}

func answeredOf(c monitoring.Characteristic) answered {
	a := answered{Characteristic: c}
	var focal, reference []string
	for _, code := range append([]string{""}, c.Codes()...) {
		name, side := groupOf(c, code)
		g := slices.Index(a.groups, auditedGroup{name, side})
		if g < 0 {
			g = len(a.groups)
			a.groups = append(a.groups, auditedGroup{name, side})
			switch side {
			case fairness.Focal:
				focal = append(focal, name)
			case fairness.Reference:
				reference = append(reference, name)
			case fairness.Apart:
			}
		}
		a.groupOf = append(a.groupOf, uint8(g))
	}
	slices.Sort(focal)
	slices.Sort(reference)
	a.focal, a.reference = strings.Join(focal, " + "), strings.Join(reference, " + ")
	return a
}

// group is where somebody's answer to the characteristic of this number stands.
func (r *answerReader) group(codes answerCodes, characteristic int) auditedGroup {
	c := &r.characteristics[characteristic]
	return c.groups[c.groupOf[codes[characteristic]]]
}

// read leaves out what is no answer.
func (r *answerReader) read(answers monitoring.Answers) answerCodes {
	if codes, known := r.known[answers]; known {
		return codes
	}
	codes := make([]byte, len(r.characteristics))
	for rest := string(answers); rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, " ")
		characteristic, answer, _ := strings.Cut(pair, "=")
		if i, known := r.at[characteristic]; known {
			codes[i] = r.options[i][answer]
		}
	}
	r.known[answers] = answerCodes(codes)
	return answerCodes(codes)
}
