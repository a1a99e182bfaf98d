# SPDX-License-Identifier: MIT
# R's side of `run.sh survival`: coxph and survfit on the file that survival_loyal wrote; see there.
suppressMessages(library(survival))

path <- commandArgs(trailingOnly = TRUE)[1]
columns <- 12
data <- matrix(readBin(path, "double", file.size(path) / 8), ncol = columns, byrow = TRUE)
y <- Surv(data[, 1], data[, 2])
x <- data[, 3:columns]

microseconds <- function(runs, work) {
  times <- numeric(runs)
  for (i in 1:runs) times[i] <- system.time(work(), gcFirst = TRUE)[["elapsed"]]
  1e6 * median(times)
}
line <- function(case, time, checks) {
  cat(case, format(time, nsmall = 1, scientific = FALSE), format(checks, digits = 12, trim = TRUE), "\n")
}

fit <- NULL
time <- microseconds(3, function() fit <<- coxph(y ~ x, ties = "efron"))
line("retention/cox_100k_efron", time, c(fit$loglik[2], rbind(coef(fit), sqrt(diag(fit$var)))))

curve <- NULL
time <- microseconds(7, function() curve <<- survfit(y ~ 1))
at <- summary(curve, times = c(0.1, 0.5, 1, 2, 4))
line("retention/kaplan_meier_100k", time, rbind(at$surv, at$lower, at$upper))
