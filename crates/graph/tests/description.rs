//! A graph can be read by people.

use graph::{Builder, Convolution, ElementType, Pool, Tensor};

#[test]
fn a_small_network_as_text() {
    let mut g = Builder::new("tiny");
    let x = g.input("input", ElementType::F32, &["batch".into(), 3.into(), 8.into(), 8.into()]);
    let parameter = |shape: &[usize]| {
        let numbers = vec![0.5; shape.iter().product()];
        Tensor::from_f32(shape.to_vec(), &numbers).unwrap()
    };
    let weight = g.constant("features.0.weight", parameter(&[4, 3, 3, 3]));
    let bias = g.constant("features.0.bias", parameter(&[4]));
    let x = g.conv(&x, &weight, Some(&bias), Convolution { padding: [1; 4], ..Convolution::default() });
    let statistics = ["weight", "bias", "running_mean", "running_var"]
        .map(|part| g.constant(&format!("features.1.{part}"), parameter(&[4])));
    let x = g.batch_norm(&x, statistics.each_ref(), 1e-5);
    let x = g.clip(&x, 0.0, 6.0);
    let window = Pool { kernel: [2, 2], strides: [2, 2], padding: [0; 4] };
    let left = g.max_pool(&x, window);
    let right = g.average_pool(&x, window);
    let x = g.concat(&[left, right]);
    let gate = g.sigmoid(&x);
    let x = g.mul(&x, &gate);
    let x = g.global_average_pool(&x);
    let x = g.flatten(&x);
    let x = g.dropout(&x, 0.25);
    let weight = g.constant("classifier.weight", parameter(&[2, 8]));
    let x = g.gemm(&x, &weight, None);
    let x = g.softmax(&x);
    g.output("probabilities", &x, ElementType::F32, &["batch".into(), 2.into()]);
    insta::assert_snapshot!(g.finish().unwrap());
}
