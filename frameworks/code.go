package frameworks

import (
	"strconv"
	"strings"
)

// codeWords is how many words of a text its code takes: enough to know it by.
const codeWords = 3

// smallWords say too little to stand in a code.
const smallWords = " a an and are as at by for from in is it of on or that the their them they to with "

// NewCode makes a code out of what people write, such as safety.speaks-up-early
// for the behaviour "Speaks up early" of safety. Within is the code of the
// dimension, or "" where the code is a dimension's own. Taken says which codes
// are used; the code returned is none of them.
func NewCode(within, text string, taken func(code string) bool) string {
	base := strings.Join(wordsOf(text), "-")
	if base == "" {
		base = "item"
	}
	if within != "" {
		base = within + "." + base
	}
	base = strings.TrimRight(base[:min(len(base), maxCode-6)], ".-") // with room for a number
	code := base
	for n := 2; taken(code); n++ {
		code = base + "-" + strconv.Itoa(n)
	}
	return code
}

// wordsOf are the first words of a text that may stand in a code; where it has
// small words alone, those.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(strings.NewReplacer("'", "", "’", "").Replace(text)), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	var telling []string
	for _, w := range words {
		if !strings.Contains(smallWords, " "+w+" ") {
			telling = append(telling, w)
		}
	}
	if len(telling) == 0 {
		telling = words
	}
	return telling[:min(len(telling), codeWords)]
}
