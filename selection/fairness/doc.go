// Package fairness says whether groups of candidates fared alike: at which stage
// a group passed less often than its reference, in which exercise or by which
// criterion it was marked lower, how sure one may be of that, and what could
// have been seen at all in numbers so small. Every figure comes with an
// interval, a p-value, the counts behind it and, where nothing can be told, the
// reason; what it comes to is said in a sentence. It decides nothing and adjusts
// no mark.
//
// It works on counts and on plain columns of marks and knows no names: what a
// code stands for is the caller's, and so is who may see a count. Everything
// here is pure and gives the same bits whatever the order of the rows.
//
// Sources of the counts: Miettinen and Nurminen 1985 (interval of a ratio),
// Koopman 1984, Fisher 1935, Jeffreys 1946, Mantel and Haenszel 1959, Greenland
// and Robins 1985, Breslow and Day 1980, Benjamini and Hochberg 1995. Those of
// the marks stand beside what they are of.
package fairness
