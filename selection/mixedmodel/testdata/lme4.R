# Rscript lme4.R FILE m1|m2: the median time of three fits in seconds, the REML
# criterion and the peak memory of this process, as JSON.
suppressMessages(library(lme4))
a <- commandArgs(TRUE)
d <- read.csv(a[1])
for (f in c("cand", "rater", "ex", "value")) d[[f]] <- factor(d[[f]])
d$cell <- interaction(d$value, d$ex)
model <- y ~ 0 + cell + (0 + value | cand) + (1 | cand:ex) + (1 | rater)
if (a[2] == "m2") model <- update(model, . ~ . + (1 | cand:rater) + (1 | rater:value))
control <- lmerControl(calc.derivs = FALSE, check.nobs.vs.nRE = "ignore")
seconds <- numeric(3)
for (i in 1:3) seconds[i] <- system.time(fit <- suppressMessages(lmer(model, data = d, REML = TRUE, control = control)))[["elapsed"]]
status <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
peak <- as.numeric(gsub("[^0-9]", "", status)) / 1024
cat(sprintf('{"Seconds": %.4f, "Criterion": %.8f, "PeakMiB": %.1f}\n', median(seconds), REMLcrit(fit), peak))
