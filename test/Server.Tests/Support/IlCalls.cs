using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;

namespace Slipway.Server.Tests.Support;

/// <summary>Which method of an assembly uses which, and which texts, as its IL has them: calls, delegates, and what async methods and lambdas were made into.</summary>
internal sealed partial class IlCalls
{
    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    private readonly List<(string From, string To)> _uses = [];
    private readonly List<(string From, string Text)> _texts = [];

    private IlCalls() { }

    /// <summary>Reads all of it.</summary>
    public static IlCalls Of(Assembly assembly)
    {
        var calls = new IlCalls();
        const BindingFlags all =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var type in assembly.GetTypes())
        foreach (var method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
            calls.Read(method);
        return calls;
    }

    /// <summary>What uses a method or a setter, such as <c>PipelineStore.BeginAsync</c>, as <c>Type.Method</c>, sorted.</summary>
    public IReadOnlyList<string> To(string method) => Sorted(_uses.Where(use => use.To == method).Select(use => use.From));

    /// <summary>Who says something that the expression finds.</summary>
    public IReadOnlyList<string> Saying(Regex text) => Sorted(_texts.Where(said => text.IsMatch(said.Text)).Select(said => said.From));

    /// <summary>What a method uses, in the order of its IL.</summary>
    public IReadOnlyList<string> From(string method) => [.. _uses.Where(use => use.From == method).Select(use => use.To)];

    private static List<string> Sorted(IEnumerable<string> names) => [.. names.Distinct().Order(StringComparer.Ordinal)];

    private void Read(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il)
            return;
        var from = NameOf(method);
        for (var at = 0; at < il.Length; )
        {
            var code = OpCodesByValue[il[at] == 0xFE ? 0xFE00 | il[at + 1] : il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineTok)
            {
                // What an async method or a lambda was made into is used by the method it was written in.
                if (Resolve(method, BitConverter.ToInt32(il, at)) is MethodBase used && NameOf(used) is var to && to != from)
                    _uses.Add((from, to));
            }
            else if (code.OperandType == OperandType.InlineString)
                _texts.Add((from, method.Module.ResolveString(BitConverter.ToInt32(il, at))));
            at += SizeOf(code.OperandType, il, at);
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token) =>
        method.Module.ResolveMember(
            token,
            method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null,
            method.IsGenericMethod ? method.GetGenericArguments() : null
        );

    private static int SizeOf(OperandType type, byte[] il, int at) =>
        type switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
            _ => 4,
        };

    /// <summary>What the compiler makes of a method (<c>&lt;RunAsync&gt;d__4.MoveNext</c>, <c>&lt;&gt;c.&lt;RunAsync&gt;b__0</c>) goes by that method's name.</summary>
    private static string NameOf(MethodBase method)
    {
        var (type, name) = (method.DeclaringType, method.Name);
        while (type is not null)
        {
            if (Written().Match(name) is { Success: true } made)
                name = made.Groups[1].Value;
            if (!type.Name.StartsWith('<'))
                break;
            if (Written().Match(type.Name) is { Success: true } machine)
                name = machine.Groups[1].Value;
            type = type.DeclaringType;
        }

        return $"{type?.Name}.{name}";
    }

    [GeneratedRegex(@"^<+([\w.]+)>")]
    private static partial Regex Written();
}
