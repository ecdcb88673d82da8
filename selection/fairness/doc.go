// Package fairness says how groups of candidates fared: at which stage a group
// passed less often than its reference, how sure one may be of that, and what
// could have been seen at all in numbers so small. It knows no names of
// persons: counts in, figures with their intervals and reasons out. It decides
// nothing and adjusts no mark.
//
// Sources: Miettinen and Nurminen 1985 (interval of a ratio), Koopman 1984,
// Fisher 1935, Jeffreys 1946, Mantel and Haenszel 1959, Greenland and Robins
// 1985, Breslow and Day 1980, Benjamini and Hochberg 1995.
package fairness
