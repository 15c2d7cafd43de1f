using System.Collections.Immutable;

namespace Slipway.Compiler.Keywords;

/// <summary>The instances of a parallel job. https://docs.gitlab.com/ci/yaml/#parallel</summary>
internal static class ParallelExpansion
{
    /// <summary>Without needs and dependencies, which only all jobs together can settle. At most 200.</summary>
    public static JobInstance[] Instances(JobConfig job) =>
        job.Parallel switch
        {
            ParallelConfig.Count(var total) =>
            [
                .. Enumerable.Range(1, total).Select(index => new JobInstance($"{job.Name} {index}/{total}", job, index, total)),
            ],
            ParallelConfig.Matrix(var rows) => FromMatrix(job, [.. rows.SelectMany(Products)]),
            _ => [new JobInstance(job.Name, job, Index: null, Total: 1)],
        };

    /// <summary>How many instances there will be.</summary>
    public static long Count(ParallelConfig? parallel) =>
        parallel switch
        {
            ParallelConfig.Count(var total) => total,
            ParallelConfig.Matrix(var rows) => rows.Sum(static row =>
                row.Variables.Aggregate(1L, static (product, variable) => product * variable.Values.Length)
            ),
            _ => 1,
        };

    /// <summary>The names a matrix gives: <c>job: [a, b]</c>, values in the order their variables are written.</summary>
    public static IEnumerable<string> Names(string job, ImmutableArray<MatrixRow> rows) =>
        rows.SelectMany(Products).Select(values => Name(job, values));

    private static JobInstance[] FromMatrix(JobConfig job, ImmutableArray<VariableConfig>[] products) =>
        [
            .. products.Select(
                (values, i) => new JobInstance(Name(job.Name, values), job, i + 1, products.Length) { MatrixVariables = values }
            ),
        ];

    private static string Name(string job, ImmutableArray<VariableConfig> values) =>
        $"{job}: [{string.Join(", ", values.Select(value => value.Value))}]";

    /// <summary>Every choice of one value for each variable; the last variable changes fastest.</summary>
    private static IEnumerable<ImmutableArray<VariableConfig>> Products(MatrixRow row)
    {
        IEnumerable<ImmutableArray<VariableConfig>> products =
        [
            [],
        ];
        foreach (var variable in row.Variables)
            products = products.SelectMany(before =>
                variable.Values.Select(value => before.Add(new VariableConfig(variable.Key, value, Raw: false, variable.At)))
            );
        return products;
    }
}
