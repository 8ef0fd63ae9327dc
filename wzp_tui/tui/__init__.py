"""The tower's screen. `app` opens it; `screens/` hold what fills it, `widgets/` what a screen is made of.

Pure functions say what is shown (`listing`, `looks`, `situation`, `words`); widgets paint it; a screen's actions ask the Controller.
"""
