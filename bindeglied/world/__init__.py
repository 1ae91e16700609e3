"""The demo city as data: institutions and dates are real, people are invented."""
