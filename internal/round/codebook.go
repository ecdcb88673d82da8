package round

import (
	"cmp"
	"strings"
)

// codebook numbers codes as they come.
type codebook struct {
	names   []string
	numbers map[string]int32
}

func (b *codebook) number(code string) int32 {
	n, known := b.numbers[code]
	if !known {
		if b.numbers == nil {
			b.numbers = map[string]int32{}
		}
		n = int32(len(b.names))
		b.names = append(b.names, code)
		b.numbers[code] = n
	}
	return n
}

// inOrder returns the codes in order, of numbers where all are numbers, and
// for each number so far the place in that order.
func (b *codebook) inOrder() (names []string, anew []int32) {
	anew = make([]int32, len(b.names))
	for place, was := range inOrderOf(b.names, b.order()) {
		names = append(names, b.names[was])
		anew[was] = int32(place)
	}
	return names, anew
}

func (b *codebook) order() func(a, c string) int {
	values := map[string]float64{}
	for _, code := range b.names {
		x, err := plainNumber(code)
		if err != nil {
			return strings.Compare
		}
		values[code] = x
	}
	return func(a, c string) int { return cmp.Or(cmp.Compare(values[a], values[c]), strings.Compare(a, c)) }
}
