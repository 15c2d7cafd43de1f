using System.Collections.Immutable;

namespace Slipway.Runner.Config;

/// <summary>Something wrong with a <c>config.toml</c>. Unknown keys are warnings: newer runners have keys that this one does not know.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record ConfigProblem(bool IsError, string Message, int Line, int Column);

/// <summary>What came of reading a <c>config.toml</c>.</summary>
/// <param name="File"><see langword="null"/> exactly when one of the problems is an error.</param>
public sealed record ConfigReading(ConfigFile? File, ImmutableArray<ConfigProblem> Problems);
