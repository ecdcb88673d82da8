package handlers

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// list is a part of something longer. Next is sent back as ?after= for the
// following part; it is null where this was the last.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

const (
	defaultLimit = 50
	maxLimit     = 200
)

// cursor says where a list goes on: after the item with this key.
type cursor struct {
	after []string // the key's parts, "" each at the beginning
	limit int
}

// cursor reads ?after= and ?limit= for a list whose keys have n parts.
func (c *call) cursor(n int) (cursor, error) {
	at := cursor{after: make([]string, n), limit: defaultLimit}
	if text := c.QueryParam("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit {
			return at, refuse(http.StatusBadRequest, "limit is a number from 1 to %d", maxLimit)
		}
		at.limit = limit
	}
	if text := c.QueryParam("after"); text != "" {
		parts, ok := parseCursor(text)
		if !ok || len(parts) != n {
			return at, noPlace()
		}
		at.after = parts
	}
	return at, nil
}

func noPlace() error {
	return refuse(http.StatusBadRequest, "after is no place in this list; send it as it was given in “next”")
}

func formatCursor(key []string) string {
	text, err := json.Marshal(key)
	if err != nil {
		panic("handlers: texts do not encode: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(text string) (key []string, ok bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !utf8.Valid(decoded) || json.Unmarshal(decoded, &key) != nil {
		return nil, false
	}
	return key, !slices.ContainsFunc(key, func(part string) bool { return strings.IndexByte(part, 0) >= 0 })
}

// more asks the store for one item beyond the limit, which tells whether there
// are any.
func (at cursor) more() int { return at.limit + 1 }

// part is the answer: items from the store, at most one more than the limit.
func part[T any](at cursor, items []T, key func(T) []string) list[T] {
	if len(items) <= at.limit {
		return list[T]{Items: items}
	}
	items = items[:at.limit]
	next := formatCursor(key(items[at.limit-1]))
	return list[T]{Items: items, Next: &next}
}

// partOf is part for what the store gives as a whole.
func partOf[T any](at cursor, all []T, key func(T) []string) list[T] {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b T) int { return slices.Compare(key(a), key(b)) })
	first := 0
	for first < len(all) && slices.Compare(key(all[first]), at.after) <= 0 {
		first++
	}
	return part(at, all[first:min(len(all), first+at.more())], key)
}
