using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>What is wrong with a value that somebody gave, in GitLab's words: <c>path</c> <c>has already been taken</c>.</summary>
/// <param name="Field">GitLab's name for it.</param>
internal sealed record FieldError(string Field, string Message)
{
    public const string Taken = "has already been taken";
    public const string Blank = "can't be blank";

    /// <summary><c>{"message": {"path": ["has already been taken"]}}</c></summary>
    public IResult Answer(int status = 400) => Answers.Invalid(Field, Message, status);

    /// <summary>A sentence: <c>Path has already been taken</c>.</summary>
    public override string ToString()
    {
        var words = Field.Replace('_', ' ');
        return $"{char.ToUpperInvariant(words[0])}{words[1..]} {Message}";
    }
}
