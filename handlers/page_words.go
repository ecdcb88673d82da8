package handlers

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"appointable/selection/ranking"
)

// How pages say figures, times and lists.

// none stands where there is no figure: an empty cell would be read as zero.
const none = "none"

// figure is a mean to two decimals. It rounds as ties are judged, so that two
// candidates whose composites are equal never look as if they were not.
func figure(x *float64) string {
	if x == nil {
		return none
	}
	hundredths := strconv.Itoa(ranking.Hundredths(*x))
	sign := ""
	if strings.HasPrefix(hundredths, "-") {
		sign, hundredths = "−", hundredths[1:]
	}
	for len(hundredths) < 3 {
		hundredths = "0" + hundredths
	}
	whole := len(hundredths) - 2
	return sign + hundredths[:whole] + "." + hundredths[whole:]
}

// decimal is a figure to four decimals without trailing zeros: enough to follow
// a sum by hand.
func decimal(x float64) string {
	text := strconv.FormatFloat(x, 'f', 4, 64)
	text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	if text == "-0" {
		return "0"
	}
	return strings.Replace(text, "-", "−", 1)
}

// signedFigure is figure with its sign.
func signedFigure(x float64) string { return plus(figure(&x)) }

// fourDecimals is for a column of figures that add up.
func fourDecimals(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', 4, 64), "-", "−", 1)
}

// signedDecimals is fourDecimals with its sign: a part of the sum.
func signedDecimals(x float64) string { return plus(fourDecimals(x)) }

func plus(figure string) string {
	if strings.Trim(figure, "−0.") == "" {
		return strings.TrimPrefix(figure, "−")
	}
	if strings.HasPrefix(figure, "−") {
		return figure
	}
	return "+" + figure
}

// oneDecimal is for what is an estimate itself: a standard error.
func oneDecimal(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// percent is a share of the whole, 0.25 as 25%, with one decimal where it
// needs one.
func percent(share float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(share*100, 'f', 1, 64), ".0") + "%"
}

// listed is "a, b and c".
func listed(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// capital begins a sentence.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// fullStop makes a sentence of what an error says.
func fullStop(text string) string {
	text = capital(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".?!") {
		return text
	}
	return text + "."
}

// counted is "1 sheet" or "2 sheets".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// thousands is a whole number with commas.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// moment is a time for a person and for a machine. The zero moment is none.
type moment struct{ Words, Machine string }

// moment is a time in the United Kingdom, where everybody who reads it is.
func (p *pages) moment(at *time.Time) moment {
	if at == nil {
		return moment{}
	}
	return moment{
		Words:   at.In(p.london).Format("2 January 2006 at 3:04pm"),
		Machine: at.UTC().Format(time.RFC3339),
	}
}
