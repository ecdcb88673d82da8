// Package fairness says how groups of candidates fared: at which stage a group
// passed less often than its reference, where it was marked lower, how sure one
// may be of that, and what could have been seen at all in numbers so small. Its
// figures come with an interval and a verdict or, where nothing can be told,
// with the reason; what they come to is said in a sentence. It decides nothing
// and adjusts no mark.
//
// It works on counts and on columns of numbers and knows no names of persons:
// what a code stands for is the caller's, and so is who may see a count.
// Everything here is pure and gives the same bits whatever the order of the rows.
//
// Sources of the counts: Miettinen and Nurminen 1985 (interval of a ratio),
// Koopman 1984, Fisher 1935, Jeffreys 1946, Mantel and Haenszel 1959, Greenland
// and Robins 1985, Breslow and Day 1980, Benjamini and Hochberg 1995.
package fairness
