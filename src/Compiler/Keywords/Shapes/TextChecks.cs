namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>The small languages inside texts, whose owners say what is well formed.</summary>
/// <param name="IsExpression">A condition of <c>rules:if</c>.</param>
/// <param name="IsPattern">What stands between the slashes, and the flags behind them, make a regular expression RE2 would take.</param>
internal sealed record TextChecks(Func<string, bool> IsExpression, Func<string, bool> IsPattern);
