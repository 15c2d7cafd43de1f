using System.Globalization;
using Slipway.Compiler.Keywords.Durations;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords.Shapes;

internal sealed partial class ShapeCheck
{
    private void CheckLeaf(Shape shape, ConfigNode node, in Subject subject)
    {
        switch (shape)
        {
            case Shape.Text text:
                CheckText(text, node, subject);
                break;
            case Shape.Flag when node is not ConfigScalar { Kind: ScalarKind.Boolean }:
                RefuseType(shape, "should be a boolean value", node, subject);
                break;
            case Shape.Choice choice:
                CheckChoice(choice, node, subject);
                break;
            case Shape.Number number:
                CheckNumber(number, node, subject);
                break;
            case Shape.Duration duration:
                CheckDuration(duration, node, subject);
                break;
            case Shape.Texts texts:
                CheckTexts(texts, node, subject);
                break;
            case Shape.TextOrTexts when !IsText(node) && FirstWrong(node, 1, IsText) is { } wrong:
                RefuseType(shape, "should be an array of strings or a string", node, subject, wrong);
                break;
            case Shape.Commands when !IsText(node) && FirstWrong(node, MostLevels, IsText) is { } wrong:
                RefuseType(shape, "should be a string or a nested array of strings up to 10 levels deep", node, subject, wrong);
                break;
            case Shape.NestedTexts when node is not ConfigSequence || FirstWrong(node, MostLevels, IsText) is not null:
                RefuseType(
                    shape,
                    "should be an array of strings or a nested array of strings up to 10 levels deep",
                    node,
                    subject,
                    FirstWrong(node, MostLevels, IsText)
                );
                break;
            case Shape.Integers when FirstWrong(node, 1, IsInteger) is { } wrong:
                RefuseType(shape, "should be an array of integers or an integer", node, subject, wrong);
                break;
            case Shape.Expression when node is not ConfigScalar { IsString: true } text || !IsExpression(text.Text):
                Refuse(DiagnosticCode.InvalidExpression, "invalid expression syntax", node, subject);
                break;
            case Shape.Expressions:
                CheckExpressions(node, subject);
                break;
            case Shape.Pattern when node is not ConfigScalar { IsString: true } text || !IsPattern(text.Text):
                Refuse(DiagnosticCode.InvalidPattern, "must be a regular expression with re2 syntax", node, subject);
                break;
            case Shape.Refs when node is not ConfigSequence || FirstWrong(node, 1, IsRef) is not null:
                var wrongRef = FirstWrong(node, 1, IsRef)?.At;
                Refuse(
                    DiagnosticCode.InvalidPattern,
                    "should be an array of strings or regular expressions using re2 syntax",
                    node,
                    subject,
                    wrongRef
                );
                break;
            default:
                break;
        }
    }

    private static bool IsText(ConfigNode node) => node is ConfigScalar { IsString: true };

    private static bool IsInteger(ConfigNode node) => node is ConfigScalar { Kind: ScalarKind.Integer };

    private bool IsRef(ConfigNode node) =>
        node is ConfigScalar { IsString: true } text && (!LooksLikePattern(text.Text) || IsPattern(text.Text));

    /// <summary>Thousands of jobs have few conditions between them.</summary>
    private bool IsExpression(string text)
    {
        if (!_expressions.TryGetValue(text, out var valid))
            _expressions[text] = valid = texts.IsExpression(text);
        return valid;
    }

    private bool IsPattern(string text)
    {
        if (!LooksLikePattern(text))
            return false;
        if (!_patterns.TryGetValue(text, out var valid))
            _patterns[text] = valid = texts.IsPattern(text);
        return valid;
    }

    /// <summary>Between slashes, perhaps with flags behind them.</summary>
    private static bool LooksLikePattern(string text) =>
        text.LastIndexOf('/') is > 0 and var end && text[0] == '/' && text.AsSpan(end + 1).TrimEnd("ismU").IsEmpty;

    private void CheckText(Shape.Text shape, ConfigNode node, in Subject subject)
    {
        if (shape.Attribute is { } attribute)
        {
            CheckText(shape with { Attribute = null }, node, new Subject(subject.Inside, attribute, IsEntry: false, subject.KeyAt));
            return;
        }
        if (node is not ConfigScalar { IsString: true } text)
            RefuseType(shape, shape.Wrong, node, subject);
        else if (shape.Required && string.IsNullOrWhiteSpace(text.Text))
            Refuse(DiagnosticCode.Missing, "can't be blank", node, subject);
        else if (text.Text.Length > shape.MaxLength && text.Text.EnumerateRunes().Count() > shape.MaxLength)
            Refuse(DiagnosticCode.OutOfLimits, $"is too long (maximum is {shape.MaxLength} characters)", node, subject);
        else if (shape.Test?.Invoke(text.Text) is { } objection)
            Refuse(DiagnosticCode.InvalidValue, objection, node, subject);
    }

    private void CheckChoice(Shape.Choice shape, ConfigNode node, in Subject subject)
    {
        if (node is ConfigScalar { IsString: true } word && shape.Values.Contains(word.Text))
            return;
        var value = node is ConfigScalar scalar ? scalar.Text : RubyText.Inspect(node);
        var help = node is ConfigScalar { IsString: true } ? Suggestion.For(value, shape.Values) : null;
        Refuse(DiagnosticCode.InvalidValue, shape.NamesValue ? $"{shape.Wrong}: {value}" : shape.Wrong, node, subject, help: help);
    }

    private void CheckNumber(Shape.Number shape, ConfigNode node, in Subject subject)
    {
        if (node is not ConfigScalar { Kind: ScalarKind.Integer or ScalarKind.Float } scalar)
            RefuseType(shape, "is not a number", node, subject);
        else if (scalar.Kind == ScalarKind.Float)
            Refuse(DiagnosticCode.InvalidValue, "must be an integer", node, subject);
        else if (
            !int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || value > shape.Max
        )
            Refuse(
                DiagnosticCode.OutOfLimits,
                $"must be {(scalar.Text.StartsWith('-') ? $"greater than or equal to {shape.Min}" : $"less than or equal to {shape.Max}")}",
                node,
                subject
            );
        else if (value < shape.Min)
            Refuse(DiagnosticCode.OutOfLimits, $"must be greater than or equal to {shape.Min}", node, subject);
    }

    private void CheckDuration(Shape.Duration shape, ConfigNode node, in Subject subject)
    {
        if (node is not ConfigScalar { IsString: true } text)
        {
            var help = node is ConfigScalar { Kind: ScalarKind.Integer } number
                ? $"GitLab wants a text here: \"{number.Text} seconds\"."
                : null;
            Refuse(DiagnosticCode.InvalidDuration, "should be a duration", node, subject, help: help);
            return;
        }
        if (shape.AllowsNever && text.Text.Equals("never", StringComparison.OrdinalIgnoreCase))
            return;
        if (shape.AllowsVariables && text.Text.Contains('$'))
            return;
        if (!ChronicDuration.TryParse(text.Text, out var seconds))
            Refuse(
                DiagnosticCode.InvalidDuration,
                "should be a duration",
                node,
                subject,
                help: "Such as 1 week, 3 hours 30 minutes, 2h20min."
            );
        else if (seconds > shape.Limit)
            Refuse(DiagnosticCode.OutOfLimits, "should not exceed the limit", node, subject);
    }

    private void CheckTexts(Shape.Texts shape, ConfigNode node, in Subject subject)
    {
        if (node is not ConfigSequence list || FirstWrong(list, 1, IsText) is not null)
        {
            RefuseType(shape, shape.Wrong, node, subject, FirstWrong(node, 1, IsText));
            return;
        }
        if (list.Items.Count < shape.Min)
            Refuse(DiagnosticCode.OutOfLimits, shape.TooFew, list, subject);
        if (list.Items.Count > shape.Max)
            Refuse(DiagnosticCode.OutOfLimits, shape.TooMany, list, subject, list.Items[shape.Max].At);
        if (shape.Known.IsEmpty)
            return;
        ConfigScalar[] unknown = [.. list.Items.Cast<ConfigScalar>().Where(item => !shape.Known.Contains(item.Text))];
        if (unknown.Length > 0)
        {
            var text = $"contains unknown values: {string.Join(", ", unknown.Select(item => item.Text).Distinct())}";
            Refuse(DiagnosticCode.InvalidValue, text, list, subject, unknown[0].At, Suggestion.For(unknown[0].Text, shape.Known));
        }
    }

    private void CheckExpressions(ConfigNode node, in Subject subject)
    {
        if (node is not ConfigSequence list || FirstWrong(list, 1, IsText) is not null)
        {
            RefuseType(new Shape.Texts(), "should be an array of strings", node, subject, FirstWrong(node, 1, IsText));
            return;
        }
        foreach (var item in list.Items)
        {
            if (!IsExpression(((ConfigScalar)item).Text))
                Refuse(DiagnosticCode.InvalidExpression, "invalid expression syntax", item, subject);
        }
    }
}
