package access

import (
	"slices"
	"strings"
	"unicode"
)

// guesses are what people take when fifteen characters are asked for, in small
// letters and without what stands between the words.
func guesses() []string {
	return []string{
		"password", "passw0rd", "letmein", "welcome", "changeme", "appointable", "qwerty", "qwertyuiop", "asdfghjkl", "zxcvbnm",
		"qwertyuiopasdfghjkl", "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv", "qazwsxedcrfv", "iloveyou", "abcdefghijklmnopqrstuvwxyz",
		"thisismypassword", "mypasswordissecret", "mypassword", "thequickbrownfox", "correcthorsebatterystaple", "nationalhealthservice",
		"consultant", "administrator", "recruitment", "humanresources", "universityhospital", "universityhospitals", "fifteencharacters",
	}
}

// guessable reports whether little is left of a password once a guess, the
// user name and rows of digits are taken away: less than it takes to be found
// by trying.
func guessable(username, password string) bool {
	left := bare(password)
	known := append(guesses(), bare(username))
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	for _, guess := range known {
		if len(guess) >= 4 {
			left = strings.ReplaceAll(left, guess, "")
		}
	}
	return distinct(left) < 5
}

// bare is a text in small letters without spaces and signs.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// distinct counts the characters of a text that differ, without digits that
// follow each other as on the keyboard.
func distinct(text string) int {
	seen := map[rune]bool{}
	var before rune
	for _, r := range text {
		if !unicode.IsDigit(r) || r != before+1 && r != before && r != '0' {
			seen[r] = true
		}
		before = r
	}
	return len(seen)
}
