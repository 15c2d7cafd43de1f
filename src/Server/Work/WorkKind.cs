using System.Text.Json.Serialization.Metadata;

namespace Slipway.Server.Work;

/// <summary>A kind of work, declared once where what it carries is declared.</summary>
/// <param name="Name">In the table; never changed while rows of it may be there.</param>
/// <param name="Json">How what it carries is written.</param>
/// <param name="Subject">What a piece of it is about. Asked for twice before it was begun, it is done once, with what came last.</param>
internal sealed record WorkKind<T>(string Name, JsonTypeInfo<T> Json, Func<T, string> Subject);
