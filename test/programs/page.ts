import { decodeModel, language } from "unrolled";
const bytes = await (await fetch("book.safetensors")).arrayBuffer();
const model = await decodeModel(new Uint8Array(bytes), language);
for await (const piece of model.write("Once ", { length: 200, temperature: 0.7 }))
  document.body.append(piece);
