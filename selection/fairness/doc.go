// Package fairness says whether groups of candidates fared alike. Its figures
// come with an interval, a p-value, the counts behind them and, where nothing
// can be told, the reason; what they come to is said in a sentence.
//
// It works on plain columns of numbers and knows no names: what a code stands
// for is the caller's, and so is who may see a count. Everything here is pure
// and gives the same bits whatever the order of the rows.
package fairness
